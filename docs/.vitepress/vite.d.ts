/** A file that is served as it is, imported by its URL. */
declare module "*?url" {
    const url: string;
    export default url;
}
