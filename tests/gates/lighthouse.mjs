// Judges each address given: one browser for all, one line of JSON for each.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, chromium, flags, ...addresses] = process.argv.slice(2);
const here = createRequire(modules);
const load = name => import(pathToFileURL(here.resolve(name)));
const { launch } = await load("chrome-launcher");
const { default: lighthouse } = await load("lighthouse");

const browser = await launch({ chromePath: chromium, chromeFlags: ["--headless=new", ...JSON.parse(flags)] });
for (const address of addresses) {
    const { lhr } = await lighthouse(address, { port: browser.port, output: "json", logLevel: "error" });
    const failed = Object.values(lhr.categories).flatMap(category => category.auditRefs
        .filter(({ id, weight }) => weight && lhr.audits[id].score !== null && lhr.audits[id].score < 1)
        .map(({ id }) => `${id} ${lhr.audits[id].displayValue ?? ""}`));
    process.stdout.write(`${JSON.stringify({
        address,
        scores: Object.values(lhr.categories).map(each => Math.round(100 * each.score)),
        paint: lhr.audits["largest-contentful-paint"].numericValue / 1000,
        shift: lhr.audits["cumulative-layout-shift"].numericValue,
        failed,
        error: lhr.runtimeError?.message ?? "",
    })}\n`);
}
await browser.kill();
