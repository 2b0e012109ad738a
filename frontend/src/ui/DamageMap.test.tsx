import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import { show } from "../testing/render";
import { DamageMap } from "./DamageMap";

const KIB64 = 65_536;
const MIB = 1_048_576;

describe("the map of the damage", () => {
  test("says that nobody knows where it is, instead of nothing", () => {
    show(<DamageMap damage={null} fileSize={MIB} />);
    expect(screen.getByText(/Where the damage is is not known/)).toBeDefined();
    expect(screen.queryByRole("img")).toBeNull();
  });

  test("draws each part where it is and as large as it is, and says the same in numbers", () => {
    const ranges = [
      { offset: 0, length: KIB64 },
      { offset: MIB / 2, length: MIB / 4 },
    ];
    show(<DamageMap damage={{ bytes: KIB64 + MIB / 4, ranges, truncated: false }} fileSize={MIB} />);

    const bar = screen.getByRole("img", { name: /320 KiB of 1 MiB differ, in 2 places/ });
    const widths = [...bar.children].map((part) => (part as HTMLElement).style.width);
    expect(widths).toEqual(["6.25%", "25%"]);
    expect(items()).toEqual(["64 KiB from byte 0 to 65,535", "256 KiB from byte 524,288 to 786,431"]);
  });

  test("shows few of many parts, and all on demand", async () => {
    const ranges = Array.from({ length: 20 }, (_, i) => ({ offset: i * 2 * KIB64, length: KIB64 }));
    show(<DamageMap damage={{ bytes: 20 * KIB64, ranges, truncated: false }} fileSize={40 * KIB64} />);

    expect(items()).toHaveLength(6);
    await userEvent.click(screen.getByRole("button", { name: "Show all 20 places" }));
    expect(items()).toHaveLength(20);
  });

  test("names no place in a list of many things until it is asked to", async () => {
    const ranges = [{ offset: 0, length: KIB64 }];
    show(<DamageMap damage={{ bytes: KIB64, ranges, truncated: false }} fileSize={MIB} brief />);

    expect(screen.queryByRole("list")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Show 1 place" }));
    expect(items()).toEqual(["64 KiB from byte 0 to 65,535"]);
  });

  test("does not pass a list that was cut for the whole", () => {
    const ranges = [{ offset: 0, length: KIB64 }];
    show(<DamageMap damage={{ bytes: 9 * KIB64, ranges, truncated: true }} fileSize={MIB} />);

    expect(screen.getByRole("img", { name: /576 KiB of 1 MiB differ, in more than 1 place/ })).toBeDefined();
    expect(items()).toEqual(["64 KiB from byte 0 to 65,535", "and more: only the first ones are kept"]);
  });
});

function items(): (string | null)[] {
  return within(screen.getByRole("list", { name: "Damaged parts" }))
    .getAllByRole("listitem")
    .map((item) => item.textContent);
}
