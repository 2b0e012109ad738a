using Fixity.Query.Targets;

namespace Fixity.Query.Statistics;

/// <summary>So many files with so many bytes.</summary>
public sealed record FileAmount(long Files, long Bytes);

/// <summary>How long ago the files of a target were last verified.</summary>
/// <param name="AsOf">When they were counted; null: not yet.</param>
/// <param name="Ages">At this moment, of what was counted then; null: not yet.</param>
public sealed record VerificationView(
    int TargetId, string TargetName, DateTimeOffset? AsOf, DateTimeOffset? OldestVerificationAt, VerificationAges? Ages);

/// <summary>Files that are there by the age of their last verification, in whole hours; each in one of them.</summary>
/// <param name="Never">Never read to the end, or not since what they hold was accepted.</param>
public sealed record VerificationAges(
    FileAmount UpTo7Days, FileAmount UpTo30Days, FileAmount UpTo90Days, FileAmount Older, FileAmount Never);

/// <summary>What was promised of a target in a period, what was done, and what was not and why.</summary>
/// <param name="Since">Of the period: unless it was said, as long before its end as verification may take.</param>
/// <param name="AsOf">When files were counted; null: not yet.</param>
/// <param name="VerifyWithinDays">The promise: no file's last verification gets older.</param>
/// <param name="Expected">Files whose turn came within the period, by the promise: all of those at its end, or the part
/// that it is of the days promised. Null: how many there were is not known.</param>
/// <param name="Verifications">Done by the scans that ended within the period; a file may have had several.</param>
/// <param name="Files">Each file once. Null for a period that is over, since a file knows only its last verification, and
/// while they were not counted.</param>
/// <param name="Obstacle">What keeps the promise from being kept now; null: nothing, or nothing that is known.</param>
public sealed record CoverageView(
    int TargetId,
    string TargetName,
    DateTimeOffset Since,
    DateTimeOffset Until,
    DateTimeOffset? AsOf,
    int VerifyWithinDays,
    long? Expected,
    long Verifications,
    CoverageFiles? Files,
    CoverageSkips Skipped,
    CoverageRuns Runs,
    GuaranteeObstacle? Obstacle);

/// <summary>Every file that is there, in one of these.</summary>
/// <param name="Verified">Read in the period, and as it should be.</param>
/// <param name="NotDue">Not read in the period; its last verification is no older than promised.</param>
/// <param name="Overdue">Its last verification is older than promised.</param>
/// <param name="NeverRead">Never read to its end, or not since what it holds was accepted.</param>
/// <param name="Unreadable">It could not be read.</param>
/// <param name="Corrupted">It was read, and is not as it should be.</param>
/// <param name="Tampered">Likewise, and somebody wrote it.</param>
public sealed record CoverageFiles(
    FileAmount Verified,
    FileAmount NotDue,
    FileAmount Overdue,
    FileAmount NeverRead,
    FileAmount Unreadable,
    FileAmount Corrupted,
    FileAmount Tampered);

/// <summary>What nothing is promised of, and what was out of reach.</summary>
/// <param name="NotRegular">Links, pipes and the like, as the last scan of the period met them; null: there was none.</param>
/// <param name="Unknown">In folders that the last scan of the period could not list; null: there was none.</param>
/// <param name="Excluded">Left out by the patterns since they were last seen; null: not counted, or the period is over.</param>
public sealed record CoverageSkips(long? NotRegular, long? Unknown, long? Excluded);

/// <summary>Scans that ended within the period.</summary>
/// <param name="Reasons">Of those that did not complete.</param>
public sealed record CoverageRuns(
    long Completed, long Partial, long Failed, long Cancelled, IReadOnlyList<RunReason> Reasons);

/// <param name="Reason">A stable word, as a scan has it.</param>
public sealed record RunReason(string Reason, long Runs);
