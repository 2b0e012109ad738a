using Fixity.Core;
using Fixity.Scanning.Reading;

namespace Fixity.Scanning.Merging;

/// <summary>One thing to record, in walk order: an effect, a file that is being read, or just how far the merge came.</summary>
/// <param name="Position">Everything up to here is in this step or an earlier one.</param>
/// <param name="Tally">What was passed since the step before, this one's own file included.</param>
/// <param name="Job">The recorder waits for it.</param>
/// <param name="Effect">One of the records of <c>ScanEffects.cs</c>.</param>
internal sealed record ScanStep(FilePath Position, ScanTally Tally, HashJob? Job = null, object? Effect = null);

/// <summary>What the merge counts without asking anybody.</summary>
internal record struct ScanTally(long FilesSeen, long BytesSeen, long FilesSkipped, long FilesUnknown);
