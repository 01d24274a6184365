// Judges each address given: one browser for all, one line of JSON for each.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, chromium, flags, slowdown, ...addresses] = process.argv.slice(2);
const here = createRequire(modules);
const load = name => import(pathToFileURL(here.resolve(name)));
const { launch } = await load("chrome-launcher");
const { default: lighthouse, defaultConfig } = await load("lighthouse");
const { throttling } = await load("lighthouse/core/config/constants.js");
// What has no weight in a score tells nothing here, and some of it takes long.
const weighed = Object.values(defaultConfig.categories).flatMap(({ auditRefs }) => auditRefs)
    .filter(({ weight }) => weight).map(({ id }) => id);

const settings = {
    output: "json",
    logLevel: "error",
    onlyAudits: weighed,
    disableFullPageScreenshot: true,
    // Over slow 4G, as is usual; by how much the machine is made slower is said by who asks.
    throttling: { ...throttling.mobileSlow4G, cpuSlowdownMultiplier: Number(slowdown) },
    // No page asks for anything once it is there, so that there is little to wait for.
    pauseAfterFcpMs: 0,
    pauseAfterLoadMs: 0,
    networkQuietThresholdMs: 500,
    cpuQuietThresholdMs: 500,
};
const browser = await launch({ chromePath: chromium, chromeFlags: ["--headless=new", ...JSON.parse(flags)] });
for (const address of addresses) {
    const { lhr } = await lighthouse(address, { port: browser.port, ...settings });
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
