/** A Mermaid diagram, drawn in the browser. Until it is drawn, and without JavaScript, its source is shown. */
import { defineComponent, h, onMounted, ref, useId } from "vue";
// One file without dependencies. The package `mermaid` installs 115 others, for diagram types that are not used here.
import scriptUrl from "@mermaid-js/tiny/dist/mermaid.tiny.js?url";

interface Mermaid {
    initialize(options: { startOnLoad: boolean; theme: string }): void;
    render(id: string, source: string): Promise<{ svg: string }>;
}

let loading: Promise<Mermaid> | undefined;

/** Loads Mermaid with the first diagram. It is a classic script that sets a global variable. */
function loadMermaid(): Promise<Mermaid> {
    loading ??= new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = scriptUrl;
        script.onload = () => {
            const { mermaid } = globalThis as unknown as { mermaid: Mermaid };
            mermaid.initialize({ startOnLoad: false, theme: "neutral" });
            resolve(mermaid);
        };
        script.onerror = () => {
            reject(new Error(`cannot load ${scriptUrl}`));
        };
        document.head.append(script);
    });
    return loading;
}

export const MermaidDiagram = defineComponent({
    props: { source: { type: String, required: true } },
    setup(props) {
        const source = decodeURIComponent(props.source);
        const id = `diagram-${useId()}`;
        const svg = ref("");
        onMounted(async () => {
            const mermaid = await loadMermaid();
            svg.value = (await mermaid.render(id, source)).svg;
        });
        return () =>
            svg.value === ""
                ? h("pre", { class: "diagram" }, source)
                : h("div", { class: "diagram", role: "img", innerHTML: svg.value });
    },
});
