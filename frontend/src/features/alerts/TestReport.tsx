import { Alert, Code, List } from "@mantine/core";
import type { WebhookTestReport, WebhookTestResult } from "../../api/types";

/** What became of samples, in words. */
export function TestReport({ report }: { report: WebhookTestReport }) {
  const answer = report.samples.find((sample) => !sample.delivered && sample.responseBody)?.responseBody;
  return (
    <Alert
      role="status"
      color={report.delivered ? "teal" : "red"}
      title={report.delivered ? "It works" : "Not everything arrived"}
    >
      {report.summary}
      {report.samples.length > 1 && (
        <List size="sm" mt="xs">
          {report.samples.map((sample) => (
            <List.Item key={sample.event} icon={<span aria-hidden>{sample.delivered ? "✓" : "✕"}</span>}>
              <strong>{sample.event}</strong>: {sample.summary}
            </List.Item>
          ))}
        </List>
      )}
      {answer && <Answer text={answer} />}
    </Alert>
  );
}

export function TestResult({ result }: { result: WebhookTestResult }) {
  return (
    <Alert
      role="status"
      color={result.delivered ? "teal" : "red"}
      title={result.delivered ? "The test arrived" : "The test did not arrive"}
    >
      {result.summary}
      {result.responseBody && <Answer text={result.responseBody} />}
    </Alert>
  );
}

/** What a stranger answered: text, and nothing else. */
function Answer({ text }: { text: string }) {
  return (
    <Code block mt="xs" mah="10rem" style={{ overflow: "auto", whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
      {text}
    </Code>
  );
}
