namespace Fixity.Query.Changes;

/// <summary>In which order changes are listed.</summary>
internal enum ChangeOrder
{
    Newest,

    /// <summary>The feed: oldest first, and nothing can come up behind a cursor.</summary>
    Commit,
}

/// <summary>In whose words changes are told.</summary>
internal enum ChangeFormat
{
    Json,
    Ecs,
    Cef,
}

/// <summary>A place in the feed: everything up to and including it was read.</summary>
internal readonly record struct ChangePosition(ulong TransactionId, long Id) : IComparable<ChangePosition>
{
    public static readonly ChangePosition Start;

    /// <summary>Whether a cursor may say so: the start is said by no cursor.</summary>
    public static bool IsSound(ChangePosition position) => position is { TransactionId: > 0, Id: >= 0 };

    public int CompareTo(ChangePosition other) => (TransactionId, Id).CompareTo((other.TransactionId, other.Id));
}

/// <summary>A piece of the feed that was looked through.</summary>
/// <param name="Changes">Those that the filter wants.</param>
/// <param name="Next">Where to go on.</param>
/// <param name="IsAtEnd">All that can be read now was read.</param>
internal sealed record ChangeStretch(IReadOnlyList<ChangeView> Changes, ChangePosition Next, bool IsAtEnd);

/// <summary>What a reader of the feed gets.</summary>
internal abstract record FeedAnswer
{
    private FeedAnswer()
    {
    }

    /// <param name="Changes">None: nothing came within the time that was waited.</param>
    internal sealed record Found(IReadOnlyList<ChangeView> Changes, ChangePosition Next) : FeedAnswer;

    /// <summary>The cursor is ahead of this database: another one gave it.</summary>
    internal sealed record Astray : FeedAnswer;

    /// <summary>Too many wait already.</summary>
    internal sealed record Busy : FeedAnswer;
}
