import { Button, SimpleGrid, Spoiler } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";
import { Link, useNavigate, useParams } from "react-router";
import type { Target, TargetOptions } from "../../api/types";
import { ConfirmDialog } from "../../ui/dialogs";
import { Facts, Figures } from "../../ui/Facts";
import { formatBytes, formatCount, formatPlural } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";
import { PageHeader } from "../../ui/PageHeader";
import { Panel } from "../../ui/Panel";
import { PathText } from "../../ui/PathText";
import { Bytes, Count, When } from "../../ui/values";
import { MutesPanel } from "../alerts/MutesPanel";
import { SeveritiesPanel } from "../alerts/SeveritiesPanel";
import { IfMay } from "../auth/session";
import { ChangeList } from "../changes/ChangeList";
import { ScanProgress } from "../scans/ScanProgress";
import { ScanTable } from "../scans/ScanTable";
import { StartScanButtons } from "../scans/StartScanButtons";
import { GuaranteeAlert } from "./GuaranteeAlert";
import { describeGuarantee } from "./guarantee";
import { StorageAlert, StorageState } from "./StorageState";
import { describeBlackout, describeSchedule } from "./schedules";
import { describeCredentials, isFolder, PROTECTIONS, storageTypeLabel } from "./storageForm";
import { type StorageTraits, traitsOf } from "./storageTraits";
import styles from "./TargetPage.module.css";
import { attributeLabel, describeLimit, describeWatched, describeWorkingHours, optionsOf } from "./targetOptions";
import { useDeleteTarget, useTarget } from "./targetQueries";

export function TargetPage() {
  const target = useTarget(Number(useParams().targetId));
  return (
    <Loaded query={target} what="the target">
      {(loaded) => <TargetDetails target={loaded} />}
    </Loaded>
  );
}

function TargetDetails({ target }: { target: Target }) {
  return (
    <>
      <PageHeader title={target.name} actions={<TargetActions target={target} />} />
      <StorageAlert target={target} />
      <GuaranteeAlert target={target} />
      {target.activeScan && (
        <Panel title="Running now">
          <ScanProgress scan={target.activeScan} />
        </Panel>
      )}
      <Panel>
        <Figures
          figures={[
            ["Files", <Count key="files" value={target.filesPresent} />],
            ["Size", <Bytes key="size" value={target.bytesPresent} />],
            ["Corrupted", <Count key="corrupted" value={target.filesCorrupted} />],
            ["Tampered", <Count key="tampered" value={target.filesTampered} />],
            ["Unreadable", <Count key="unreadable" value={target.filesUnreadable} />],
            ["Last complete scan", <When key="last" time={target.lastCompleteScanAt} never="never" />],
            ["Oldest verification", <When key="oldest" time={target.oldestVerificationAt} />],
          ]}
        />
      </Panel>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Panel title="What is watched">
          <TargetFacts target={target} />
        </Panel>
        <Panel title="How it is watched">
          <WatchFacts target={target} />
        </Panel>
      </SimpleGrid>
      <Panel title="Recent scans" actions={<Link to={`/scans?target=${target.id}`}>All scans</Link>} flush>
        <ScanTable filter={{ target: target.id }} limit={5} withTarget={false} />
      </Panel>
      <Panel title="Recent changes" actions={<Link to={`/changes?target=${target.id}`}>All changes</Link>} flush>
        <ChangeList filter={{ target: target.id }} limit={10} />
      </Panel>
      <MutesPanel targetId={target.id} />
      <SeveritiesPanel targetId={target.id} />
    </>
  );
}

function describeSource({ verifyFrom, idleIo }: TargetOptions, { medium, hasIdleIo }: StorageTraits): string {
  const sources = { medium: `from ${medium}`, direct: `from ${medium}, past the cache`, cache: "from the cache" };
  return sources[verifyFrom] + (idleIo && hasIdleIo ? ", only while the disk is idle" : "");
}

function patternFacts({ include, exclude }: TargetOptions) {
  const list = (name: string, patterns: readonly string[]) =>
    patterns.length === 0 ? undefined : ([name, <Patterns key={name} patterns={patterns} />] as const);
  return [list("Only", include), list("Left out", exclude)];
}

function Patterns({ patterns }: { patterns: readonly string[] }) {
  return (
    <Spoiler maxHeight={96} showLabel={`Show all ${patterns.length}`} hideLabel="Show fewer">
      <code className={styles.patterns}>{patterns.join("\n")}</code>
    </Spoiler>
  );
}

function TargetFacts({ target }: { target: Target }) {
  const options = optionsOf(target);
  const storage = traitsOf(target.type);
  return (
    <Facts
      facts={[
        ["State", <StorageState key="state" target={target} />],
        [storageTypeLabel(target.type), <PathText key="root" path={target.root} />],
        ...connectionFacts(target),
        ["Which files", describeWatched(options, storage)],
        ...patternFacts(options),
        storage.attributes.length === 0
          ? undefined
          : ["Attributes", options.watchedAttributes.map(attributeLabel).join(", ") || "none"],
        options.reportTouched ? ["Touched files", "reported"] : undefined,
        ["Added", <When key="added" time={target.createdAt} />],
        ["Files", <Link key="files" to={`/files?target=${target.id}`}>{`Browse the files of ${target.name}`}</Link>],
      ]}
    />
  );
}

function connectionFacts({ type, connection: { nfs, smb, s3 }, credentials }: Target) {
  const said = (name: string, value: string | null | undefined) => (value ? ([name, value] as const) : undefined);
  return [
    said("Source", nfs?.source),
    said("Port", smb && smb.port !== 445 ? `${smb.port}` : null),
    said("Protection", PROTECTIONS.find(({ value }) => value === smb?.protection)?.label),
    said("Endpoint", s3?.endpoint),
    said("Region", s3?.region),
    isFolder(type)
      ? undefined
      : ([
          "Credentials",
          <span key="credentials">
            {describeCredentials(credentials)}
            {credentials.updatedAt && (
              <>
                {", set "}
                <When time={credentials.updatedAt} />
              </>
            )}
            {credentials.updatedBy && ` by ${credentials.updatedBy}`}
          </span>,
        ] as const),
  ];
}

function WatchFacts({ target }: { target: Target }) {
  const options = optionsOf(target);
  const storage = traitsOf(target.type);
  return (
    <Facts
      facts={[
        ["Schedule", describeSchedule(target)],
        target.enabled && target.nextRunAt ? ["Next scan", <When key="next" time={target.nextRunAt} />] : undefined,
        ...scheduleFacts(target),
        ["Checksum", target.checksumAlgorithm],
        ["Verification", `${target.samplePercent} % a scan, each file within ${target.verifyWithinDays} days`],
        ["Guarantee", <span key="guarantee">{describeGuarantee(target)}</span>],
        storage.medium === null ? undefined : ["Read", describeSource(options, storage)],
        ["Limit", describeLimit(options.limit)],
        options.workingHours ? ["Working hours", describeWorkingHours(options.workingHours)] : undefined,
        ["Damage map", damageMap(target)],
        ["Readers", target.workers ?? "chosen by the scanner"],
        ["Large change", largeChange(target)],
        target.retentionDays ? ["History", `kept for ${formatPlural(target.retentionDays, "day")}`] : undefined,
      ]}
    />
  );
}

function scheduleFacts(target: Target) {
  const said = (name: string, value: ReactNode) => (value ? ([name, value] as const) : undefined);
  return [
    said("Missed runs", target.schedule && target.missedRuns === "skip" && "skipped"),
    said("Later by", target.jitterMinutes > 0 && `up to ${target.jitterMinutes} min`),
    said("Blackouts", target.blackouts.map(describeBlackout).join("; ")),
    said("In a blackout, ends", target.blackoutUntil && <When key="blackout" time={target.blackoutUntil} />),
  ];
}

function damageMap(target: Target): string {
  if (!optionsOf(target).damageMap) {
    return "not kept";
  }
  return target.checksumAlgorithm === "blake3" ? "kept for files over 1 MiB" : "not possible with this checksum";
}

function largeChange(target: Target): string {
  const limits = [
    target.largeChangeCount === null ? null : `${formatCount(target.largeChangeCount)} files`,
    target.largeChangePercent === null ? null : `${target.largeChangePercent} %`,
    target.largeChangeBytes === null ? null : formatBytes(target.largeChangeBytes),
  ].filter((limit) => limit !== null);
  return limits.length === 0 ? "not watched for" : `from ${limits.join(", or ")}`;
}

function TargetActions({ target }: { target: Target }) {
  return (
    <>
      <StartScanButtons target={target} />
      <IfMay needs="admin">
        <Button variant="default" component={Link} to={`/targets/${target.id}/edit`}>
          Edit
        </Button>
        <DeleteTarget target={target} />
      </IfMay>
    </>
  );
}

function DeleteTarget({ target }: { target: Target }) {
  const [asking, dialog] = useDisclosure();
  const navigate = useNavigate();
  const remove = useDeleteTarget(target);

  return (
    <>
      <Button variant="default" onClick={dialog.open}>
        Delete
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={dialog.close}
        title={`Stop watching ${target.name}?`}
        confirm="Delete target"
        busy={remove.isPending}
        onConfirm={() => remove.mutate(undefined, { onSuccess: () => navigate("/targets"), onError: dialog.close })}
      >
        Fixity will no longer scan <PathText path={target.root} /> and will forget what its{" "}
        {target.filesPresent === null ? "" : formatCount(target.filesPresent)} files should be. The files themselves are
        not touched. Watching it again later starts from a new baseline: damage that happened in between cannot be seen.
      </ConfirmDialog>
    </>
  );
}
