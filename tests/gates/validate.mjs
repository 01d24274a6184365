// Holds each page to the HTML standard: reads one JSON text a line, answers with its faults, one line each.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const modules = createRequire(process.argv[2]);
const { HtmlValidate, StaticConfigLoader } = modules("html-validate");
const validator = new HtmlValidate(new StaticConfigLoader({
    root: true,
    extends: ["html-validate:standard", "html-validate:document"],
    rules: {
        // Matters of taste, and files of our own that nobody can exchange on their way.
        "no-implicit-button-type": "off",
        "require-sri": "off",
        // What is read wide and short goes aside, by keyboard too: `pre` is a named region.
        "prefer-native-element": "off",
    },
}));

for await (const line of createInterface({ input: process.stdin })) {
    const report = await validator.validateString(JSON.parse(line), "page.html");
    const faults = report.results.flatMap(result => result.messages.map(
        each => `${each.line}:${each.column} ${each.ruleId}: ${each.message} (${each.selector})`));
    process.stdout.write(`${JSON.stringify(faults)}\n`);
}
