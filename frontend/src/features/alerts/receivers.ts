import type { WebhookFormat, WebhookMode, WebhookRequest } from "../../api/types";

/** What can be told: the channel and the format follow from it. */
export interface Receiver {
  format: WebhookFormat;
  label: string;
  channel: NonNullable<WebhookRequest["channel"]>;
  /** What its address looks like and where it comes from. */
  address: string;
  example: string;
  /** What suits it, until the person who sets it up says otherwise. */
  mode: WebhookMode;
}

const HTTP = { channel: "http", mode: "digest" } as const;

export const RECEIVERS: readonly Receiver[] = [
  {
    ...HTTP,
    format: "slack",
    label: "Slack",
    address: "The address of an incoming webhook of your Slack app.",
    example: "https://hooks.slack.com/services/…",
  },
  {
    ...HTTP,
    format: "teams",
    label: "Microsoft Teams",
    address: "The address of a workflow that begins with “When a Teams webhook request is received”.",
    example: "https://….logic.azure.com/workflows/…",
  },
  {
    ...HTTP,
    format: "discord",
    label: "Discord",
    address: "The address of a webhook: channel settings, Integrations.",
    example: "https://discord.com/api/webhooks/…",
  },
  {
    ...HTTP,
    format: "ntfy",
    label: "ntfy",
    address: "The address of your topic. An access token goes into the header Authorization.",
    example: "https://ntfy.sh/your-topic",
  },
  {
    ...HTTP,
    format: "pagerduty",
    label: "PagerDuty",
    address: "The Events API v2. The integration's routing key is the secret below.",
    example: "https://events.pagerduty.com/v2/enqueue",
    mode: "each",
  },
  {
    ...HTTP,
    format: "alertmanager",
    label: "Prometheus Alertmanager",
    address: "The alerts of its API v2.",
    example: "http://alertmanager:9093/api/v2/alerts",
    mode: "each",
  },
  {
    channel: "smtp",
    mode: "digest",
    format: "mail",
    label: "E-mail",
    address: "Your mail server: smtp:// begins in the clear and must encrypt (port 587), smtps:// is encrypted (465).",
    example: "smtp://mail.example.org",
  },
  {
    channel: "syslog",
    mode: "each",
    format: "syslog",
    label: "Syslog",
    address: "A server that takes RFC 5424: syslog:// over TCP (port 601), syslogs:// over TLS (6514).",
    example: "syslogs://log.example.org",
  },
  {
    ...HTTP,
    format: "fixity",
    label: "A program: Fixity JSON",
    address: "Where to send to. The body is a CloudEvent, signed with the secret.",
    example: "https://example.org/hook",
  },
  {
    ...HTTP,
    format: "template",
    label: "A program: a body of your own",
    address: "Where to send to. You write the body as a template.",
    example: "https://example.org/hook",
  },
];

export function receiverOf(format: WebhookFormat): Receiver {
  return RECEIVERS.find((receiver) => receiver.format === format) ?? (RECEIVERS[0] as Receiver);
}

export const MODES: readonly { value: WebhookMode; label: string; description: string }[] = [
  {
    value: "digest",
    label: "One message a scan",
    description: "With totals and the worst ten. Damage is told at once, and again in the whole.",
  },
  { value: "batch", label: "In batches", description: "Every event, at most 500 a message, within a minute." },
  { value: "each", label: "One message an event", description: "Of a scan with 10,000 changes 10,000 messages." },
];

export function modeLabel(mode: WebhookMode): string {
  return MODES.find(({ value }) => value === mode)?.label ?? mode;
}

export const SEVERITIES = ["info", "low", "medium", "high", "critical"] as const;
