/** The link check of `make docs-site`: each file and heading that a Markdown file links to must exist. */
import remarkValidateLinks from "remark-validate-links";

/** Accepts links to anchors in HTML, such as `<a id="property-host"></a>` in docs/api.md, as well as to headings. */
function htmlAnchors() {
    return function visit(node) {
        const id = node.type === "html" ? /^<a id="([^"]+)">/.exec(node.value)?.[1] : undefined;
        if (id !== undefined) node.data = { ...node.data, hProperties: { id } };
        node.children?.forEach(visit);
    };
}

// Links to other hosts are not checked: the check works offline.
export default { plugins: [htmlAnchors, [remarkValidateLinks, { repository: false }]] };
