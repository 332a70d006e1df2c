"""The page in Chinese: a Chinese browser is led there, nothing on it is English but the reviews, and what is shown goes
along when a person changes the language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import watched
from tests.browser.person import WAIT, await_reading, box_of, open_tab, page_of, token
from views.lesson.lessons import read_lessons

# Texts and labels of what is seen, without reviews (in <bdi>, quotes, fields), keys, names in a file of the visitor's.
SAID = """() => {
  const hidden = "bdi, textarea, kbd, script, style, noscript, .gs-contexts, footer, .gs-cell-token";
  const said = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    if (!element.checkVisibility() || element.closest(hidden)) continue;
    if (node.nodeType === Node.TEXT_NODE) said.push(node.textContent);
    else for (const name of ["aria-label", "title", "placeholder", "alt", "data-tip"])
      if (element.hasAttribute(name)) said.push(element.getAttribute(name));
  }
  return said.map((each) => each.trim()).filter(Boolean);
}"""
ENGLISH = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}|^[A-Z]?[a-z]{3,}$")
NAMES = re.compile(  # of films, networks and teachers, what follows a colon (a text), and what Gradio says itself
    r"“[^”]*”|(?<=：)[A-Za-z].*|Gatescope|English|Large Movie Review Dataset|bilstm(?:-recipe)?|small-(?:lstm|rnn)"
    r"|birnn|rnn|all-MiniLM-L6-v2|all-mpnet-base-v2|each without a part of the labelled reviews|n-grams|tanh|logit"
    r"|Parquet|number input for|range slider for|Reset to default value|Click to upload or drop files|Empty value",
    re.DOTALL,
)


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("tab", name=name, exact=True)


def english_on(page: Page) -> list[str]:
    """What is said in English, one of each."""
    said = (NAMES.sub("", each).strip() for each in dict.fromkeys(page.evaluate(SAID)))
    return [each for each in said if ENGLISH.search(each)]


@pytest.fixture(scope="module")
def opened(browser: Browser, served: str) -> Iterator[Page]:
    with page_of(browser, locale="zh-CN") as page:
        page.goto(served)
        await_reading(page)
        yield page


@pytest.fixture
def chinese(opened: Page, served: str) -> Iterator[Page]:
    with watched(opened, served) as page:
        yield page


def test_chinese_browser_is_led_to_the_page_in_chinese(chinese, served):
    assert chinese.url == f"{served}zh"
    assert chinese.locator("html").get_attribute("lang") == "zh-CN"
    expect(chinese.get_by_role("button", name="分析", exact=True)).to_be_visible()
    expect(chinese.locator(".gs-now strong")).to_have_text("正面")
    expect(chinese.get_by_role("link", name="Home")).to_have_count(0)  # Gradio's own bar of pages


@pytest.mark.parametrize("name", ["门", "单元", "整个网络", "逐步查看", "记忆", "梯度流", "假如", "表格与 CSV"])
def test_view_of_a_review_says_nothing_in_english(chinese, name):
    open_tab(chinese, "解释")
    open_tab(chinese, name)
    expect(tab(chinese, name)).to_have_attribute("aria-selected", "true")
    chinese.wait_for_timeout(1_500)  # what comes later is there
    assert english_on(chinese) == []


def test_comparison_says_nothing_in_english(chinese):
    open_tab(chinese, "解释")
    chinese.get_by_role("button", name="与另一篇比较").click()
    chinese.get_by_label("影评 B").fill("A dull film.")
    chinese.get_by_role("button", name="比较", exact=True).click()
    expect(chinese.get_by_role("region", name="两个判断", exact=True)).to_be_visible(timeout=WAIT)
    assert english_on(chinese) == []


def test_network_says_nothing_in_english(chinese):
    open_tab(chinese, "网络")
    chinese.wait_for_timeout(1_500)
    assert english_on(chinese) == []


def test_workbench_says_nothing_in_english(chinese):
    open_tab(chinese, "错误")
    assert english_on(chinese) == []
    chinese.locator("#gs-errors-example").click()
    expect(tab(chinese, "概览")).to_be_visible(timeout=WAIT)
    columns = {
        "comparison",
        "irony",
        "negation",
        "no review",
        "odd words",
        "plain",
        "story",
        "turn",
        "unsaid",
    }  # of the file
    for name in ("概览", "逐条查看", "标签", "词", "假设", "导出"):
        chinese.locator(".gs-workbench").get_by_role("tab", name=name, exact=True).click()
        chinese.wait_for_timeout(1_000)
        assert [each for each in english_on(chinese) if each.split("：")[0] not in columns] == []


def test_refusal_is_in_chinese(chinese):
    open_tab(chinese, "解释")
    chinese.get_by_role("textbox", name=re.compile("^影评")).fill(" ")
    chinese.get_by_role("button", name="分析", exact=True).click()
    expect(chinese.get_by_text("还没有可读取的内容").first).to_be_visible()


def test_language_is_changed_with_all_that_is_shown(page, served):
    open_tab(page, "Step through")
    token(page, "beautifully").click()
    page.get_by_label("Unit", exact=True).fill("12")
    expect(page.get_by_label("The six equations of the cell")).to_contain_text("unit 12", timeout=WAIT)
    page.get_by_role("link", name="中文").click()
    expect(page).to_have_url(f"{served}zh")
    expect(page.get_by_label("单元", exact=True)).to_have_value("12", timeout=WAIT)
    expect(tab(page, "逐步查看")).to_have_attribute("aria-selected", "true")
    expect(token(page, "beautifully")).to_have_class(re.compile("gs-marked"))
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("button", name="Analyse", exact=True)).to_be_visible()
    expect(page.get_by_label("Unit", exact=True)).to_have_value("12", timeout=WAIT)
    assert box_of(page).input_value()


def test_lesson_goes_on_in_the_other_language(page):
    page.get_by_role("button", name="Guided lesson").click()
    page.get_by_role("button", name="Next", exact=True).first.click()
    english, chinese = (read_lessons(code)[1] for code in ("en", "zh"))
    expect(page.get_by_role("region", name="Guided lesson", exact=True)).to_contain_text(english.title, timeout=WAIT)
    page.wait_for_timeout(1_000)  # what is shown is kept once the step is drawn
    page.get_by_role("link", name="中文").click()
    panel = page.get_by_role("region", name="引导课程", exact=True)
    expect(panel).to_contain_text(chinese.title, timeout=WAIT)
    page.get_by_role("button", name="下一步", exact=True).first.click()
    expect(panel).to_contain_text(read_lessons("zh")[2].title, timeout=WAIT)


def test_link_leads_to_the_page_in_its_language(chinese, served):
    open_tab(chinese, "解释")
    chinese.get_by_role("button", name="此视图的链接").click()
    expect(chinese).to_have_url(re.compile(f"^{re.escape(served)}zh#view="))
