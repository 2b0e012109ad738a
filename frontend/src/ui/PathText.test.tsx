import { render, screen } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { PathText } from "./PathText";
import { shorten, textOf, tokensOf } from "./pathTokens";

const shown = (path: string) => textOf(tokensOf(path));

describe("a path", () => {
  test("shows the right-to-left override that would disguise a program as a picture", () => {
    render(<PathText path={"photos/\u202Egpj.exe"} />);

    expect(screen.getByText("\\u{202E}")).toBeDefined();
    expect(document.body.textContent).toBe("photos/\\u{202E}gpj.exe");
  });

  test("is text, whatever it looks like", () => {
    render(<PathText path={'<img src=x onerror="alert(1)">'} />);

    expect(document.querySelector("img")).toBeNull();
    expect(document.body.textContent).toContain("<img");
  });

  test.each([
    ["a line break", "a\nb", "a\\u{A}b"],
    ["an escape sequence", "\u001B[31mred", "\\u{1B}[31mred"],
    ["a zero-width space", "in\u200Bvoice", "in\\u{200B}voice"],
    ["a no-break space", "a\u00A0b", "a\\u{A0}b"],
    ["a line separator", "a\u2028b", "a\\u{2028}b"],
    ["half a surrogate pair", "a\uD800b", "a\\u{D800}b"],
    ["a tag character", "a\u{E0041}b", "a\\u{E0041}b"],
  ])("shows %s escaped", (_, path, expected) => {
    expect(shown(path)).toBe(expected);
  });

  test.each(["Größe/日本語/한국어.txt", "שלום/readme", "🙂.png", "a b.txt", "bad\\xFFname\\\\x"])(
    "shows %s as the server sent it",
    (path) => {
      expect(shown(path)).toBe(path);
    },
  );

  test("is shortened in the middle, keeping the whole name, with all of it in the title", () => {
    const path = `${"folder/".repeat(30)}holiday in the hills.jpg`;
    render(<PathText path={path} max={60} />);

    const text = document.body.textContent ?? "";
    expect(Array.from(text)).toHaveLength(60);
    expect(text.startsWith("folder/")).toBe(true);
    expect(text.endsWith("/holiday in the hills.jpg")).toBe(true);
    expect(screen.getByTitle(path)).toBeDefined();
  });

  test("keeps some of the folder even when the name alone is too long", () => {
    const cut = textOf(shorten(tokensOf(`start/${"x".repeat(300)}.bin`), 50));

    expect(cut.startsWith("start/")).toBe(true);
    expect(cut.endsWith("x.bin")).toBe(true);
    expect(cut).toHaveLength(50);
  });
});
