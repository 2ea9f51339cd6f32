// Part of scripts/desk-check: "are these two one?" at the desk, with keys alone, by two editors, and as axe sees it.
import { check, open } from "./house.js";

// Each pair has words of its own, so that no pair is near to another one.
const SUBJECTS = [
  ["đường liên xã", "cầu treo", "bến đò", "taluy", "cống hộp", "mặt bằng", "nhựa hóa", "vỉa hè", "biển báo", "tuyến nhánh"],
  ["chữ ký số", "tổ công nghệ", "máy quét", "kho hồ sơ", "mã định danh", "bộ phận một cửa", "đường truyền", "biên lai", "tập huấn", "hòm thư"],
  ["trực cháy", "đường băng trắng", "chòi canh", "thực bì", "máy thổi gió", "tổ đội xung kích", "nương rẫy", "bể nước", "cấp báo động", "kiểm lâm"],
];

/** So many sentences about a subject, from the one with this number on. */
function sentences(words, from, many) {
  const word = (at) => words[at % words.length];
  return Array.from({ length: many }, (_, at) => from + at).map(
    (n) => `Ở mục ${n + 1}, ${word(n)} cùng ${word(3 * n + 1)} được rà lại trước khi bàn giao ${word(7 * n + 2)}, còn ${word(n + 5)} giao cho ${word(3 * n + 4)} hoàn tất.`,
  );
}

/** Hands in pairs of articles of two portals that tell nearly the same, as the portals' programs would. */
async function ask(base, state, browser) {
  const { page, close } = await open(browser, base, { storageState: state });
  const { portals } = await (await page.request.get(`${base}/api/v1/portals`)).json();
  const [one, other] = portals.filter((portal) => portal.url.startsWith("http://127.")).slice(0, 2);
  await page.goto(`${base}/console/keys`);
  await page.locator("#name").fill("Kiểm tra");
  await page.locator("#portals").fill(`${one.slug}, ${other.slug}`);
  await page.locator("input[value=push]").check();
  await page.locator("form button").filter({ hasText: "Tạo khóa" }).first().click();
  const key = (await page.locator("section.notice code").innerText()).trim();
  for (const [number, words] of SUBJECTS.entries()) {
    const [subject] = words;
    const texts = [sentences(words, 0, 9), [...sentences(words, 0, 7), ...sentences(words, 20, 3)]];
    for (const [at, portal] of [one, other].entries()) {
      const data = { url: `${portal.url}hoi-nghi-${number}.html`, title: `Hội nghị về ${subject}${at ? " ở địa phương" : ""}`, text: texts[at].join("\n") };
      const answer = await page.request.post(`${base}/api/v1/items`, { data, headers: { authorization: `Bearer ${key}` } });
      check(answer.status() === 201, `questions: an item is not taken: ${answer.status()} ${await answer.text()}`);
    }
  }
  await close();
}

const asked = (page) => page.locator(".same input[name=question]").evaluateAll((inputs) => inputs.map((input) => input.value));
const answered = (page, question) => page.waitForFunction((value) => !document.querySelector(`.same input[name=question][value="${value}"]`), question);
const again = (page, question) => page.waitForSelector(`.same input[name=question][value="${question}"]`, { state: "attached" });
const cardWith = (page, question) => page.evaluate((value) => document.querySelector(`.same input[name=question][value="${value}"]`)?.closest(".card").id, question);
const focused = (page) => page.evaluate(() => document.activeElement.closest(".card")?.id ?? document.activeElement.localName);

/** Walks to a card as an editor would. */
async function walk(page, id) {
  for (let steps = 0; steps < 60 && (await focused(page)) !== id; steps += 1) await page.keyboard.press("j");
  return (await focused(page)) === id;
}

export async function questions(base, browser, states, axe) {
  const wide = { viewport: { width: 1280, height: 900 } };
  await ask(base, states.admin, browser);
  const view = await open(browser, base, { storageState: states.admin, ...wide });
  const { page } = view;
  await page.goto(`${base}/desk`);
  const open_now = await asked(page);
  check(open_now.length >= 3, `questions: only ${open_now.length} are asked`);
  const [first, second, third] = open_now;

  // One after the other with keys alone; the eye stays where it is, and z takes each answer back.
  const card = await cardWith(page, first);
  check(await walk(page, card), "questions: j does not lead to the card");
  for (const [key, words] of [["g", "Đã gộp hai tin"], ["t", "Đã để riêng"]]) {
    await page.keyboard.press(key);
    await answered(page, first);
    const told = await page.locator("#done").innerText();
    check(told.includes(words), `questions: ${key} is not told (${told})`);
    // The eye stays on the story that it was about; the other one may have gone into it.
    const about = (await page.locator("#done .undo a").getAttribute("href")).replace("/desk/items/", "item-");
    check((await focused(page)) === about, `questions: after ${key} the focus is on ${await focused(page)}, not ${about}`);
    await page.keyboard.press("z");
    await again(page, first);
    check((await focused(page)) === about, `questions: z after ${key} leads to ${await focused(page)}, not ${about}`);
  }
  // A note that is half written stays, whatever is answered beside it.
  await page.locator(`#${card}`).focus();
  await page.keyboard.press("c");
  await page.locator(`#topic-${card.slice(5)}`).selectOption("y-te");
  await page.keyboard.press("Enter");
  await page.waitForFunction((id) => document.querySelector(`#${id}`)?.innerText.includes("Trung tâm đặt"), card);
  await page.keyboard.press("z");
  await page.waitForFunction((id) => !document.querySelector(`#${id}`)?.innerText.includes("Trung tâm đặt"), card);
  check((await focused(page)) === card, "questions: z after a topic leaves the card");
  const kept = await cardWith(page, third);
  await page.locator(`#${kept}`).focus();
  await page.keyboard.press("n");
  await page.keyboard.type("nửa chừng");
  await page.keyboard.press("Escape");
  await page.keyboard.press("t");
  await answered(page, third);
  const note = `#${kept} textarea[name=reason]`;
  check((await page.locator(note).inputValue()) === "nửa chừng", "questions: an answer takes what was typed beside it");
  await page.locator(note).fill("");
  await page.keyboard.press("Escape");
  await page.keyboard.press("z");
  await again(page, third);
  // What is typed is text.
  await page.locator(`#${card}`).focus();
  await page.keyboard.press("n");
  await page.keyboard.type("gt");
  check((await asked(page)).includes(first), "questions: a letter of a note answers");
  await page.keyboard.press("Escape");
  await page.locator(`#${card} textarea[name=reason]`).fill("");

  // Two editors: the answer of one reaches the other, and of two answers the second is told and loses nothing.
  const other = await open(browser, base, { storageState: states.editor, ...wide });
  await other.page.goto(`${base}/desk`);
  const place = await cardWith(other.page, second);
  await other.page.locator(`#${place}`).focus();
  await other.page.keyboard.press("n");
  await other.page.keyboard.type("đang viết dở");
  await walk(page, await cardWith(page, first));
  await page.locator(`#${await cardWith(page, first)}`).focus();
  await page.keyboard.press("t");
  await answered(other.page, first);
  await page.locator(`#${await cardWith(page, second)}`).focus();
  await page.keyboard.press("g");
  await answered(page, second);
  await other.page.waitForSelector(`#${place} > .notice`);
  await other.page.locator(`#${place} .same button[value=apart]`).first().click();
  await other.page.waitForFunction((id) => document.querySelector(`#${id} > .notice`)?.innerText.includes("trả lời câu hỏi này"), place);
  check((await other.page.locator(`#${place} textarea[name=reason]`).inputValue()) === "đang viết dở", "questions: a late answer takes what was typed");
  check(other.noise.length === 0, `questions: console of the second editor: ${other.noise[0]}`);
  await other.close();

  // On the page of all questions, and at the story.
  await page.goto(`${base}/desk/questions`);
  await axe(page, "questions 1280");
  await page.keyboard.press("j");
  const before = await asked(page);
  await page.keyboard.press("t");
  await answered(page, before[0]);
  check((await page.locator(".undo").innerText()).includes("Đã ghi"), "questions: the answer is not told on their page");
  await page.waitForFunction((any) => !any || document.activeElement.closest("#questions .card"), before.length > 1);
  await page.keyboard.press("z");
  await again(page, before[0]);
  await page.goto(`${base}/desk`);
  const story = await page.locator(`.same:has(input[name=question][value="${third}"])`).getAttribute("action");
  for (const width of [1280, 375]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(base + story.replace("/decisions", ""));
    await axe(page, `story with a question ${width}`);
    await page.goto(`${base}/desk`);
    await axe(page, `desk with questions ${width}`);
    await page.locator(`.card:has(input[name=question][value="${third}"]) h2 a`).click();
    await page.waitForURL(/items/);
    await axe(page, `item with a question ${width}`);
    await page.goto(`${base}/desk/questions`);
    await axe(page, `questions ${width}`);
  }
  await page.goto(`${base}/desk`);
  await page.locator(`.card:has(input[name=question][value="${third}"]) h2 a`).click();
  await page.waitForURL(/items/);
  await page.locator(".card").focus();
  await page.keyboard.press("t");
  await page.waitForURL(/done=/);
  check(!(await asked(page)).includes(third), "questions: t does not answer on the item's page");
  check(view.noise.length === 0, `questions: console: ${view.noise[0]}`);
  check(view.outside.length === 0, `questions: asks elsewhere: ${view.outside[0]}`);
  await view.close();
}
