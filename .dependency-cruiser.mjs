/** The one direction in which the folders of provider/ import, and no import cycles: type imports count. */

/** Each folder of provider/, and the others that it may import from. */
const mayImport = {
    model: [],
    components: ["model"],
    plugin: ["model", "components"],
    platform: ["model", "components"],
    review: ["model"],
    cli: ["model", "platform", "review"],
};

const direction = Object.entries(mayImport).map(([folder, others]) => ({
    name: `${folder}-imports`,
    comment: `provider/${folder} imports from ${["itself", ...others].join(", ")}.`,
    severity: "error",
    from: { path: `^provider/${folder}/` },
    to: { path: "^provider/", pathNot: `^provider/(${[folder, ...others].join("|")})/` },
}));

/** Pure code knows nothing of Pulumi: it runs in milliseconds, and without an engine. */
const pure = {
    name: "pure-code",
    comment: "provider/model and provider/review are pure: Node's own modules and two small libraries.",
    severity: "error",
    from: { path: "^provider/(model|review)/" },
    to: { pathNot: ["^provider/", "^node_modules/(zod|fastest-levenshtein)/"], dependencyTypesNot: ["core"] },
};

const cycles = {
    name: "no-import-cycles",
    comment: "A cycle hides who depends on whom. Move what both need into a file of its own.",
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
