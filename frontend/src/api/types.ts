/**
 * The names the pages use for what the API answers. All of them come from the committed OpenAPI document
 * (`npm run api` regenerates schema.d.ts); nothing here is written by hand, so that a renamed field breaks the build.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type AcceptedScan = Schemas["ScanTicket"];
export type ApiToken = Schemas["ApiTokenView"];
export type Attempt = Schemas["AttemptView"];
export type AuditEntry = Schemas["AuditEntry"];
export type AuditVerification = Schemas["AuditVerification"];
export type Blackout = Schemas["Blackout"];
export type Change = Schemas["ChangeView"];
export type Damage = Schemas["Damage"];
export type Delivery = Schemas["DeliveryView"];
export type FileRecord = Schemas["FileView"];
export type MailSecurity = Schemas["MailSecurity"];
export type Mute = Schemas["Mute"];
export type MuteRequest = Schemas["MuteRequest"];
export type Overview = Schemas["OverviewView"];
export type ProbeAnswer = Schemas["ProbeAnswer"];
/** Any problem; a failed validation also names its fields. */
export type ProblemDetails = Schemas["ProblemDetails"] &
  Partial<Pick<Schemas["HttpValidationProblemDetails"], "errors">>;
export type RetentionRun = Schemas["RetentionRun"];
export type Scan = Schemas["ScanView"];
export type ScanError = Schemas["ScanErrorView"];
export type SchedulePreviewRequest = Schemas["ScheduleSettings"];
export type Session = Schemas["SessionView"];
export type SessionEntry = Schemas["SessionEntry"];
export type SessionUser = Schemas["SessionUser"];
export type Setting = Schemas["SettingView"];
export type Severity = Schemas["Severity"];
export type StorageSettings = Schemas["StorageSettings"];
export type Target = Schemas["TargetView"];
export type TargetCredentials = Schemas["TargetCredentials"];
/** An answer has all of them; only a request may leave some out. */
export type TargetOptions = Required<Schemas["TargetOptions"]>;
export type TargetRequest = Schemas["TargetRequest"];
export type TokenKind = Schemas["TokenKind"];
export type TokenRequest = Schemas["ApiTokenCreateRequest"];
export type User = Schemas["UserView"];
export type Webhook = Schemas["Webhook"];
export type WebhookFormat = Schemas["WebhookFormat"];
export type WebhookMode = Schemas["WebhookMode"];
export type WebhookRequest = Schemas["WebhookRequest"];
export type WebhookTestReport = Schemas["WebhookTestReport"];
export type WebhookTestResult = Schemas["WebhookTestResult"];

/** By key; null: the default. */
export type SettingChanges = Readonly<Record<string, unknown>>;

export type Role = "viewer" | "operator" | "admin";

/** A keyset page. `nextCursor` is null on the last one. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
