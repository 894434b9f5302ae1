/** Loaded into the plugin: writes the largest amount of memory that its process has used, in bytes, to a file. */
const { writeFileSync } = require("node:fs");

const record = () => writeFileSync(process.env.BENCH_MEMORY_FILE, String(process.resourceUsage().maxRSS * 1024));
setInterval(record, 100).unref();
