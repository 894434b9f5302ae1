/** Packs what `npm run build` has compiled, so that the tests never use packages of an earlier build. */
export default () => import("../../../toolchain/dist.mjs");
