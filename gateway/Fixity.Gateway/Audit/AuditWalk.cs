using System.Globalization;

namespace Fixity.Gateway.Audit;

/// <summary>One walk along the chain, entry by entry.</summary>
internal sealed class AuditWalk(ChainEnds ends, (long Id, byte[] Hash)? kept) : IDisposable
{
    private readonly AuditHash _hash = new();

    private long _id = ends.BaseId;
    private byte[] _last = ends.BaseHash;
    private bool _metKept;

    public long Checked { get; private set; }

    public long? FirstId { get; private set; }

    public AuditFault? Fault { get; private set; }

    /// <summary>In order of id; nothing after a fault.</summary>
    public void Step(StoredEntry entry)
    {
        Checked++;
        FirstId ??= entry.Id;
        Fault = FaultOf(entry);
        _metKept |= entry.Id == kept?.Id;
        (_id, _last) = (entry.Id, entry.Hash);
    }

    /// <summary>There are no more entries: is this where the chain ends?</summary>
    public void End()
    {
        if (Fault is not null)
        {
            return;
        }

        if (_id < ends.LastId)
        {
            Fault = Of(AuditFaultKind.Cut, _id + 1, ends.LastId, "The newest entries were removed.");
        }
        else if (!_last.AsSpan().SequenceEqual(ends.LastHash))
        {
            Fault = Of(AuditFaultKind.Altered, _id, _id, "The newest entry is not the one that the chain ended with.");
        }
        else if (kept is { } anchor && !_metKept && anchor.Id > ends.BaseId)
        {
            Fault = anchor.Id > ends.LastId
                ? Of(AuditFaultKind.Cut, ends.LastId + 1, anchor.Id, "The log ends before the entry that was kept elsewhere.")
                : Of(AuditFaultKind.Missing, anchor.Id, anchor.Id, "The entry that was kept elsewhere is not there.");
        }
    }

    public void Dispose() => _hash.Dispose();

    private AuditFault? FaultOf(StoredEntry entry)
    {
        if (entry.Id > ends.LastId)
        {
            return Of(AuditFaultKind.Foreign, entry.Id, entry.Id, "The entry was added past the chain.");
        }

        if (entry.Id >= ends.ChainedFrom && entry.Id != _id + 1)
        {
            return Of(AuditFaultKind.Missing, _id + 1, entry.Id - 1, "Entries were removed.");
        }

        if (!_hash.Of(_last, entry).AsSpan().SequenceEqual(entry.Hash))
        {
            return Of(AuditFaultKind.Altered, entry.Id, entry.Id, entry.Id < ends.ChainedFrom
                ? "The entry was changed, or one before it was removed."
                : "The entry was changed.");
        }

        return kept is { } anchor && anchor.Id == entry.Id && !anchor.Hash.AsSpan().SequenceEqual(entry.Hash)
            ? Of(AuditFaultKind.Rewritten, entry.Id, entry.Id, "The entry has another hash than the one that was kept elsewhere.")
            : null;
    }

    private static AuditFault Of(AuditFaultKind kind, long id, long until, string what) => new(kind, id, until, id == until
        ? string.Create(CultureInfo.InvariantCulture, $"{what} Entry {id}.")
        : string.Create(CultureInfo.InvariantCulture, $"{what} Entries {id} to {until}."));
}
