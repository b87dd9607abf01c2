// One window of Debian's Chromium without a screen, driven by playwright-core for browser.py: node browser.cjs FD
// Each line of standard input is a command, {"do": NAME, ...}; its answer, {"value": ...} or {"error": TEXT}, is a line
// written to FD. The end of standard input closes the browser.
"use strict";
const fs = require("node:fs");
const readline = require("node:readline");
const { chromium } = require("playwright-core");

const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const ARGUMENTS = ["--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"];

async function openWindow() {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ARGUMENTS });
  const context = await browser.newContext({ viewport: null, locale: "en-GB" });  // "look_like" sets the viewport
  const page = await context.newPage();
  return { browser, context, page, devtools: await context.newCDPSession(page), console: [], requests: [], received: new Map() };
}

// The bytes of each answer, with its head, as they were sent. Of a stream that goes on only what it said, as text.
function weigh({ devtools, received }) {
  const add = (id, bytes) => received.has(id) && (received.get(id).bytes += Math.max(0, bytes));
  devtools.on("Network.requestWillBeSent", ({ requestId, request }) => received.set(requestId, { url: request.url, bytes: 0 }));
  devtools.on("Network.responseReceived", ({ requestId, response }) => add(requestId, response.encodedDataLength));
  devtools.on("Network.eventSourceMessageReceived", ({ requestId, data }) => add(requestId, Buffer.byteLength(data)));
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (received.has(requestId)) received.get(requestId).bytes = encodedDataLength;
  });
  return devtools.send("Network.enable");
}

function listen({ context, page, console, requests }) {
  page.on("console", (message) => console.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => console.push(`error: ${error.stack}`));
  page.on("websocket", (socket) => requests.push(socket.url()));
  context.on("request", (request) => requests.push(request.url()));
}

// Scripts go to the page as text: an evaluated text is not subject to the page's content security policy, Function() is.
const call = (script, values) => `(function () { ${script} })(${values.join(", ")})`;

const texts = (values) => values.map((value) => JSON.stringify(value));

const COMMANDS = {
  open: async ({ page }, { url }) => void (await page.goto(url)),
  forget: async ({ page, devtools, received }) => {
    await page.goto("about:blank");
    await devtools.send("Network.clearBrowserCache");
    received.clear();
  },
  received: ({ received }) => [...received.values()].map(({ url, bytes }) => [url, bytes]),
  run: ({ page }, { script, values }) => page.evaluate(call(script, texts(values))),
  run_async: ({ page }, { script, values }) =>
    page.evaluate(`new Promise((done) => ${call(script, [...texts(values), "done"])})`),
  press: ({ page }, { key }) => page.keyboard.press(key),
  look_like: async ({ devtools }, { width, height, scheme, phone }) => {
    await devtools.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: phone });
    await devtools.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
  },
  picture: async ({ devtools }, { path, whole }) => {
    const { data } = await devtools.send("Page.captureScreenshot", { captureBeyondViewport: whole });
    fs.writeFileSync(path, Buffer.from(data, "base64"));
  },
  // What axe-core finds, one text for each rule.
  audit: async ({ page }) => {
    await page.evaluate(`${AXE}; undefined`);
    const { violations } = await page.evaluate(`axe.run(document, { resultTypes: ["violations"] })`);
    return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.target}: ${node.failureSummary}`).join("; ")}`);
  },
  console: ({ console }) => console.splice(0),
  requests: ({ requests }) => requests.splice(0),
};

async function main(answers) {
  const window = await openWindow();
  listen(window);
  await weigh(window);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    let answer;
    try {
      answer = { value: (await COMMANDS[command.do](window, command)) ?? null };
    } catch (error) {
      answer = { error: `${command.do}: ${error.message}` };
    }
    fs.writeSync(answers, JSON.stringify(answer) + "\n");
  }
  await window.browser.close();
}

main(Number(process.argv[2])).catch((error) => {
  console.error(error);
  process.exit(1);
});
