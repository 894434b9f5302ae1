/** Vite's import of a file's URL: the file is copied to the site unchanged. */
declare module "*?url" {
    const url: string;
    export default url;
}
