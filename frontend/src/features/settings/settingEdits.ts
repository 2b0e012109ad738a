import type { Setting, SettingChanges } from "../../api/types";
import { formatBytes } from "../../ui/format";

/** What was typed over the settings, by key. */
export type Edits = Readonly<Record<string, string>>;

const LABELS: Readonly<Record<string, string>> = {
  retention_days: "Keep changes and deleted files, days",
  scan_details_days: "Keep the details of scans, days",
  deliveries_retention_days: "Keep deliveries, days",
  audit_retention_days: "Keep the audit log, days",
  session_timeout_minutes: "End an idle session, minutes",
  default_checksum_algorithm: "Checksum algorithm",
  default_schedule: "Schedule",
  default_time_zone: "Time zone",
  default_sample_percent: "Sample, %",
  default_verify_within_days: "Verify within, days",
  default_large_change_count: "Large change, files",
  default_large_change_percent: "Large change, %",
  default_large_change_bytes: "Large change, bytes",
  allowed_roots: "Folders that may be watched",
  scan_now_cooldown_seconds: "Pause between scans of everything, seconds",
  max_active_scans: "Scans at once",
  max_active_scans_per_server: "Scans at once on one server",
};

/** A key that this page does not know is a newer server's: shown as it is. */
export function labelOf(key: string): string {
  return LABELS[key] ?? key;
}

export function textOf(value: unknown): string {
  if (Array.isArray(value)) {
    return value.join("\n");
  }
  return value === null || value === undefined ? "" : String(value);
}

export function draftOf(setting: Setting, edits: Edits): string {
  return edits[setting.key] ?? textOf(setting.value);
}

/** A long number of bytes as a person says it; null: the field is readable as it is. */
export function readableOf({ key }: Setting, draft: string): string | null {
  const bytes = Number(draft);
  return key.endsWith("_bytes") && draft.trim() !== "" && bytes >= 1024 ? `${formatBytes(bytes)}. ` : null;
}

/** Only what was changed; an empty field is the default. What is no number is left for the server to refuse. */
export function changesOf(settings: readonly Setting[], edits: Edits): SettingChanges {
  return Object.fromEntries(
    settings.flatMap((setting) => {
      const edit = edits[setting.key];
      return edit === undefined || edit === textOf(setting.value) ? [] : [[setting.key, read(setting, edit)]];
    }),
  );
}

function read({ type }: Setting, draft: string): unknown {
  const text = draft.trim();
  if (type === "list") {
    const lines = draft.split("\n").filter((line) => line.trim() !== "");
    return lines.length === 0 ? null : lines;
  }
  if (text === "") {
    return null;
  }
  const number = Number(text);
  return type === "text" || Number.isNaN(number) ? text : number;
}
