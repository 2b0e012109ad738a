using Fixity.Query.Changes;

namespace Fixity.Query.Files;

/// <summary>The whole life of a file: how it began, when it was last proved right, and all that happened to it.</summary>
/// <param name="FirstSeenAt">Null, as what follows: the file is gone for so long that only its changes are left.</param>
/// <param name="FirstScanId">The scan that recorded it.</param>
/// <param name="FirstScanIsBaseline">It was there at the target's first scan, which reports nothing as added.</param>
/// <param name="FirstPath">Where it was then; its moves are among the changes.</param>
/// <param name="VerifiedAt">When its content was last read and equal; those before it are not kept.</param>
/// <param name="Items">Newest first, moves and acceptances included, through all moves.</param>
public sealed record FileHistory(
    DateTimeOffset? FirstSeenAt, long? FirstScanId, bool? FirstScanIsBaseline, string? FirstPath,
    DateTimeOffset? VerifiedAt, IReadOnlyList<ChangeView> Items, string? NextCursor);

/// <summary>What the file's own row says of its life.</summary>
/// <param name="EventIds">Under which its events are kept: its own first, then those of rows that it took the place of.</param>
internal sealed record FileLife(
    long[] EventIds, DateTimeOffset? FirstSeenAt, long? FirstScanId, bool? FirstScanIsBaseline, string? FirstPath,
    DateTimeOffset? VerifiedAt);
