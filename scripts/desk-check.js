// The checks of scripts/desk-check: the program and a browser in, one line per failure and a count out.
import { chromium } from "playwright-core";
import { AxeBuilder } from "@axe-core/playwright";
import { RULES, check, demo, group, open, score } from "./house.js";
import { questions } from "./questions.js";

const [program, executablePath, pictures] = process.argv.slice(2);
const house = await demo(program);
const { base, links } = house;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const wide = { viewport: { width: 1280, height: 900 } };

const focused = (page) => page.evaluate(() => document.activeElement.closest(".card")?.dataset.id ?? "");
const ids = (page) => page.locator("#queue .card").evaluateAll((cards) => cards.map((card) => card.dataset.id));
const gone = (page, id) => page.waitForFunction((id) => !document.querySelector(`#item-${id}`), id);
const back = (page, id) => page.waitForSelector(`#item-${id}:not(.sent)`);
const feed = async () => (await (await fetch(`${base}/feeds/amplified.json`)).json()).items;

async function signIn(link) {
  const context = await browser.newContext({ locale: "vi-VN" });
  const page = await context.newPage();
  await page.goto(link);
  await page.locator("button[name=straight_in]").click();
  const state = await context.storageState();
  await context.close();
  return state;
}

async function axe(page, where) {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  const words = violations.map((found) => `${found.id} (${found.nodes.length}, ${found.nodes[0].target.join(" ")})`);
  check(violations.length === 0, `${where}: axe: ${words.join("; ")}`);
  const over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
  check(over <= 0, `${where}: scrolls sideways by ${over} px`);
  if (pictures) await page.screenshot({ path: `${pictures}/${where.replaceAll(/\W+/g, "-")}.png`, fullPage: true });
}

/** One editor, nothing but keys. */
async function keys(state) {
  const view = await open(browser, base, { storageState: state, ...wide });
  const { page } = view;
  await page.goto(`${base}/desk`);
  let loads = 0;
  page.on("load", () => (loads += 1));
  const all = await ids(page);
  check(all.length > 8, `keys: only ${all.length} cards`);

  await page.keyboard.press("j");
  await page.keyboard.press("j");
  check((await focused(page)) === all[1], "keys: j does not walk");
  await page.keyboard.press("k");
  check((await focused(page)) === all[0], "keys: k does not walk back");

  // Each decision: the card goes, the focus is on the next one, z brings it back.
  for (const [name, presses] of [["routine", ["4"]], ["amplify", ["1"]], ["snooze", ["h"]], ["reject", ["3", "2"]]]) {
    for (const key of presses) await page.keyboard.press(key);
    await gone(page, all[0]);
    check((await focused(page)) === all[1], `keys: after ${name} the focus is on ${await focused(page)}, not ${all[1]}`);
    await page.locator("#done .undo").waitFor();
    await page.keyboard.press("z");
    await back(page, all[0]);
    check((await focused(page)) === all[0], `keys: z after ${name} does not go to what came back`);
  }
  const history = await page.request.get(`${base}/desk/items/${all[0]}`);
  check((await history.text()).includes("Tin cũ"), "keys: the quick reason is not in the history");

  // Two quick decisions, one after the other, faster than the answers.
  await page.keyboard.press("4");
  await page.keyboard.press("4");
  await gone(page, all[0]);
  await gone(page, all[1]);
  check((await focused(page)) === all[2], "keys: two quick decisions lose the place");

  // A note: what is typed is text, and no key of ours.
  await page.keyboard.press("n");
  await page.keyboard.type("1 4 h z x j");
  const typed = await page.evaluate(() => document.activeElement.value);
  check(typed === "1 4 h z x j", `keys: a field does not take what is typed (${typed})`);
  await page.keyboard.press("Escape");
  check((await focused(page)) === all[2], "keys: Escape does not lead back to the card");

  // Input methods: Telex and VNI compose with these very keys.
  await page.evaluate(() => {
    const fire = (init) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }));
    fire({ code: "Digit4", key: "4", isComposing: true });
    fire({ code: "Digit1", key: "Process", keyCode: 229 });
    document.activeElement.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
    fire({ code: "KeyH", key: "h" });
    fire({ code: "Digit3", key: "3" });
    document.activeElement.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
    fire({ code: "Digit4", key: "4", ctrlKey: true });
    // An editor that swallows the letter still tells which key it was.
    fire({ code: "KeyX", key: "Dead" });
  });
  await page.waitForTimeout(300);
  check((await ids(page)).includes(all[2]), "keys: a decision in the middle of a syllable");
  check(await page.locator(`#item-${all[2]} .choose input`).isChecked(), "keys: x goes by the letter, not by the key");

  // Several at once, and all of them back.
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  check((await page.locator("#chosen").innerText()).includes("2"), "bulk: the number of the chosen is not told");
  await page.locator("#bulk button[value=routine]").click();
  await gone(page, all[2]);
  await gone(page, all[3]);
  await page.keyboard.press("z");
  await back(page, all[2]);
  await back(page, all[3]);

  // Topic, person, merge: the key opens the field, Enter sends it.
  await page.locator(`#item-${all[2]}`).focus();
  await page.keyboard.press("c");
  check((await page.evaluate(() => document.activeElement.name)) === "set_topic", "keys: c does not lead to the topics");
  await page.locator(`#topic-${all[2]}`).selectOption("y-te");
  await page.keyboard.press("Enter");
  await page.waitForFunction((id) => document.querySelector(`#item-${id}`)?.innerText.includes("Trung tâm đặt"), all[2]);
  check((await focused(page)) === all[2], "keys: the topic takes the focus away");
  await page.keyboard.press("p");
  await page.keyboard.press("Enter");
  await page.waitForFunction((id) => document.querySelector(`#item-${id}`)?.innerText.includes("giao cho"), all[2]);
  await page.locator(`#item-${all[3]}`).focus();
  await page.keyboard.press("2");
  await page.keyboard.type(all[2]);
  await page.keyboard.press("Enter");
  await gone(page, all[3]);
  check((await page.locator("#done").innerText()).includes("Đã gộp"), "keys: Enter after 2 does not merge");
  check(loads === 0, `keys: the page was loaded ${loads} times`);

  await page.keyboard.press("Shift+Slash");
  check(await page.locator("#help form").isVisible(), "keys: ? does not show the keys");
  await axe(page, "desk with its keys");
  await page.locator("button[name=keys][value=off]").click();
  await page.waitForSelector("button[name=keys][value=on]", { state: "attached" });
  await page.locator("#queue .card").first().focus();
  const first = await focused(page);
  await page.keyboard.press("4");
  await page.waitForTimeout(400);
  check((await ids(page))[0] === first, "keys: they cannot be switched off");
  await page.locator("#help summary").click();
  await page.locator("button[name=keys][value=on]").click();
  await page.locator("#queue .card").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/desk\/items\//);
  check(view.noise.length === 0, `keys: console: ${view.noise[0]}`);
  check(view.outside.length === 0, `keys: asks elsewhere: ${view.outside[0]}`);
  await view.close();
}

/** Two editors: what one does the other sees, without losing the place; and at one item the second decides again. */
async function together(state, other) {
  const view = await open(browser, base, { storageState: state, ...wide });
  const second = await open(browser, base, { storageState: other, ...wide });
  const { page } = view;
  await page.goto(`${base}/desk`);
  await second.page.goto(`${base}/desk`);
  const all = await ids(page);
  await page.locator(`#item-${all[4]}`).focus();
  await page.keyboard.press("n");
  await page.keyboard.type("đang viết dở");
  const top = () => page.evaluate((id) => Math.round(document.querySelector(`#item-${id}`).getBoundingClientRect().top), all[4]);
  const before = await top();
  await second.page.locator(`#item-${all[1]}`).focus();
  await second.page.keyboard.press("4");
  await gone(page, all[1]);
  check(Math.abs((await top()) - before) <= 2, `live: the page moved by ${(await top()) - before} px`);
  const kept = await page.evaluate(() => document.activeElement.value);
  check(kept === "đang viết dở", `live: what was being typed is lost (${kept})`);

  await second.page.goto(`${base}/desk/items/${all[4]}`);
  await page.waitForFunction((id) => document.querySelector(`#item-${id} .lookers`)?.innerText.includes("đang xem"), all[4]);
  await second.page.locator("button[value=snooze]").click();
  await page.waitForSelector(`#item-${all[4]} > .notice`);
  check((await page.locator(`#item-${all[4]} textarea[name=reason]`).inputValue()) === "đang viết dở", "live: a decision of another takes what was typed");
  await page.locator(`#item-${all[4]} button[value=amplify]`).click();
  await page.waitForFunction((id) => document.querySelector(`#item-${id} > .notice`)?.innerText.includes("quyết định trước"), all[4]);
  check((await page.locator(`#item-${all[4]} textarea[name=reason]`).inputValue()) === "đang viết dở", "conflict: the reason is not filled in again");
  await page.locator(`#item-${all[4]} button[value=amplify]`).click();
  await gone(page, all[4]);
  check((await feed()).length > 0, "conflict: deciding again does nothing");
  check(view.noise.length + second.noise.length === 0, `together: console: ${view.noise[0] ?? second.noise[0]}`);
  await view.close();
  await second.close();
}

/** The two keys, and everything else, without scripts. */
async function withoutScripts(editor, officer) {
  const own = await open(browser, base, { storageState: officer, javaScriptEnabled: false, ...wide });
  await own.page.goto(`${base}/desk`);
  const card = own.page.locator("#queue .card").first();
  const title = (await card.locator("h2").innerText()).trim();
  check((await own.page.locator("button[value=amplify]").count()) === 0, "officer: can amplify");
  await card.locator("select[name=level]").first().selectOption("urgent");
  await card.locator("select[name=deadline]").first().selectOption("4");
  await card.locator(".reason summary").click();
  await card.locator("textarea[name=reason]").fill("dân cần biết ngay");
  await card.locator("button[value=propose]").click();
  check((await own.page.locator("#done").innerText()).includes("Đã đề xuất"), "officer: cannot propose");

  const view = await open(browser, base, { storageState: editor, javaScriptEnabled: false, ...wide });
  const { page } = view;
  await page.goto(`${base}/desk?view=proposals`);
  const proposed = page.locator("#queue .card").filter({ hasText: title }).first();
  check((await proposed.innerText()).includes("dân cần biết ngay"), "centre: does not see why");
  check((await proposed.locator("select[name=level]").first().inputValue()) === "urgent", "centre: the proposed level is not offered first");
  await proposed.locator("button[value=return]").click();
  check((await page.locator("[role=alert]").innerText()).includes("lý do"), "centre: returns without a word");
  await page.locator("textarea[name=reason]").fill("thiếu căn cứ");
  await page.locator("button[value=return]").click();
  check((await page.locator("#history ~ ol").innerText()).includes("thiếu căn cứ"), "centre: the word is not in the history");
  await page.locator("section button[value=undo]").click();
  await page.locator("button[value=amplify]").click();
  const told = (await feed()).find((item) => item.title.includes(title));
  check(told?._lantoa.level === "urgent", "centre: what was accepted is not told");
  await page.locator("details.reason summary").first().click();
  await page.locator("textarea[name=correction]").fill("sửa lại số liệu");
  await page.locator("button[value=correct]").click();
  const corrected = (await feed()).find((item) => item.title.includes(title));
  check(corrected?._lantoa.status === "corrected" && corrected.content_text.includes("sửa lại số liệu"), "centre: a correction does not travel");
  await page.goto(`${base}/desk/numbers`);
  check((await page.locator("#agreement ~ .scroll").innerText()).includes("100 %"), "numbers: the agreement is not counted");

  // Filters that are kept.
  await page.goto(`${base}/desk`);
  const waiting = await page.locator("#queue .card").count();
  await page.locator(".picks > summary").click();
  await page.locator("#kind-ministry").selectOption("-ministry");
  await page.locator(".picker button").click();
  const fewer = await page.locator("#queue .card").count();
  check(fewer < waiting && !(await page.locator("#queue").innerText()).includes("Bộ, ngành ·"), `filter: ${waiting} become ${fewer}`);
  await page.locator("#view-name").fill("Không phải bộ");
  await page.locator("form[action='/desk/views'] button.second").click();
  const tab = page.locator(".tabs a").filter({ hasText: "Không phải bộ" });
  check((await tab.innerText()).includes(String(fewer)), "filter: the tab that is kept does not count");
  await page.locator("button[name=forget]").click();
  check((await page.locator(".tabs a").filter({ hasText: "Không phải bộ" }).count()) === 0, "filter: a tab cannot be forgotten");

  // Quick reason and bulk are forms as well.
  const first = page.locator("#queue .card").first();
  const name = (await first.locator("h2").innerText()).trim();
  await first.locator(".quick summary").click();
  await first.locator("button[value='reject.local']").click();
  check((await page.locator(".undo").innerText()).includes(name), "no scripts: a quick reason does not reject");
  await page.locator(".choose input").nth(0).check();
  await page.locator(".choose input").nth(1).check();
  await page.locator(".bulk-box > summary").click();
  await page.locator("#bulk button[value=snooze]").click();
  check((await page.locator(".undo").innerText()).includes("2 tin"), "no scripts: bulk does not decide");
  await page.locator(".undo button[value=undo]").click();
  check((await page.locator(".undo").innerText()).includes("hoàn tác"), "no scripts: bulk cannot be taken back");
  check(view.noise.length + own.noise.length === 0, `no scripts: console: ${view.noise[0] ?? own.noise[0]}`);
  await view.close();
  await own.close();
}

/** The pages as axe and narrow screens see them. */
async function looks(states) {
  for (const width of [1280, 375]) {
    for (const colorScheme of width === 1280 ? ["light", "dark"] : ["light"]) {
      const seats = [["admin", "/desk"], ["admin", "/desk?view=amplified"], ["admin", "/desk/numbers?days=30"], ["officer", "/desk"]];
      for (const [role, path] of seats) {
        const view = await open(browser, base, { storageState: states[role], viewport: { width, height: 900 }, colorScheme });
        await view.page.goto(base + path);
        await axe(view.page, `${role} ${path} ${width} ${colorScheme}`);
        if (path === "/desk") {
          for (const box of await view.page.locator("details").all()) await box.evaluate((node) => (node.open = true));
          await axe(view.page, `${role} ${path} all open ${width} ${colorScheme}`);
          await view.page.locator("h2 a").first().click();
          await view.page.waitForURL(/items/);
          await axe(view.page, `${role} item ${width} ${colorScheme}`);
        }
        check(view.noise.length === 0, `${role} ${path}: console: ${view.noise[0]}`);
        await view.close();
      }
    }
  }
}

try {
  const states = {};
  for (const role of ["admin", "editor", "officer"]) states[role] = await signIn(links[role]);
  await group("keys", () => keys(states.admin));
  await group("together", () => together(states.admin, states.editor));
  await group("no scripts", () => withoutScripts(states.editor, states.officer));
  await group("questions", () => questions(base, browser, states, axe));
  await group("looks", () => looks(states));
} catch (cause) {
  check(false, String(cause.message).split("\n")[0]);
} finally {
  await browser.close();
  await house.stop();
}
console.log(`${score.passed} passed, ${score.failed.length} failed`);
process.exit(score.failed.length ? 1 : 0);
