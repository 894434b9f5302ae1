/** VitePress's default theme, and Mermaid diagrams. */
import type { Theme } from "vitepress";
import DefaultTheme from "vitepress/theme";
import "./style.css";
import { MermaidDiagram } from "./MermaidDiagram.mjs";

export default {
    extends: DefaultTheme,
    enhanceApp: ({ app }) => {
        app.component("MermaidDiagram", MermaidDiagram);
    },
} satisfies Theme;
