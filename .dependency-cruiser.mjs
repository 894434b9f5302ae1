/** Rules for imports: which folders of provider/ may import from which, and no cycles. Type imports count. */

/** For each folder of provider/, the folders that it may import from. */
const mayImport = {
    model: [],
    components: ["model"],
    plugin: ["model", "components"],
    platform: ["model", "components"],
    review: ["model"],
    cli: ["model", "platform", "review"],
};

const direction = Object.entries(mayImport).map(([folder, allowed]) => ({
    name: `${folder}-imports`,
    comment: `provider/${folder} may import only from ${[folder, ...allowed].join(", ")}.`,
    severity: "error",
    from: { path: `^provider/${folder}/` },
    to: { path: "^provider/", pathNot: `^provider/(${[folder, ...allowed].join("|")})/` },
}));

/** Pure code does not depend on Pulumi, so it can be tested in milliseconds and without an engine. */
const pure = {
    name: "pure-code",
    comment:
        "provider/model and provider/review are pure: they import only Node's modules, three small libraries, and types.",
    severity: "error",
    from: { path: "^provider/(model|review)/" },
    to: {
        pathNot: ["^provider/", "^node_modules/(zod|fastest-levenshtein|cron-parser|@types/sarif)/"],
        dependencyTypesNot: ["core"],
    },
};

const cycles = {
    name: "no-import-cycles",
    comment: "A cycle hides the direction of dependencies. Move the shared code into a separate file.",
    severity: "error",
    from: { path: "^provider/" },
    to: { circular: true },
};

export default {
    forbidden: [...direction, pure, cycles],
    options: {
        tsConfig: { fileName: "tsconfig.json" },
        tsPreCompilationDeps: true,
        doNotFollow: { path: "node_modules" },
        enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["require", "node", "types"] },
    },
};
