using Fixity.Core;
using Fixity.Scanner.Scans;
using Fixity.Scanning;
using Npgsql;

namespace Fixity.Scanner.Baselines;

/// <summary>Applies what a batch found to the baseline, all lists in one round trip, and counts what was really written.</summary>
/// <param name="mayCopy">Files of a first scan are loaded by COPY: none of them has a row.</param>
internal sealed class BatchEffects(NpgsqlConnection connection, SegmentClaim claim, bool mayCopy) : IAsyncDisposable
{
    private readonly NpgsqlBatch _batch = new(connection);
    private readonly List<Action<Written>> _counts = [];
    private DateTime _begunAt;

    public long Modified { get; private set; }

    public long Corrupted { get; private set; }

    public long Tampered { get; private set; }

    public long Restored { get; private set; }

    public long Disappearances { get; private set; }

    public long Errors { get; private set; }

    /// <summary>Files that may turn out to be added; 0 on a first scan, which reports none.</summary>
    public long Appearances { get; private set; }

    /// <summary>Events written.</summary>
    public long Events { get; private set; }

    /// <summary>By how much the present files grew.</summary>
    public long Files { get; private set; }

    public long Bytes { get; private set; }

    /// <param name="begin">Opens the transaction: goes first.</param>
    public async Task ApplyAsync(ScanBatch batch, NpgsqlBatchCommand begin, CancellationToken cancellation)
    {
        _batch.BatchCommands.Add(begin);
        _counts.Add(_ => { });
        var copied = mayCopy ? batch.Appeared.Count(f => NewFileCopy.Takes(claim, f)) : 0;
        // Before the other lists: groups are found by the rows that they belong to.
        if (copied > 0)
        {
            await RunAsync(cancellation);
            Bytes += await NewFileCopy.LoadAsync(connection, claim, batch.Appeared, _begunAt, cancellation);
            Files += copied;
        }

        AddLists(batch, copied > 0);
        GroupStatements.AddTo(_batch, claim, batch);
        if (_batch.BatchCommands.Count > 0)
        {
            await RunAsync(cancellation);
        }
    }

    public ValueTask DisposeAsync() => _batch.DisposeAsync();

    private void AddLists(ScanBatch batch, bool isCopied)
    {
        AddAppeared(AppearedRow.AllOf(batch, withoutNew: isCopied));
        AddModified(batch.Modified);
        AddRefreshed(batch.Refreshed);
        Add(EffectSql.Verified, batch.Verified, f => f.Id, _ => { });
        AddDamaged(batch.Corrupted.FindAll(f => !f.IsTampered), FileState.Corrupted, ChangeType.Corrupted, w => Corrupted += w.Rows);
        AddDamaged(batch.Corrupted.FindAll(f => f.IsTampered), FileState.Tampered, ChangeType.Tampered, w => Tampered += w.Rows);
        Add(EffectSql.StillDamaged, batch.StillDamaged, f => f.Id, _ => { });
        AddRestored(batch.Restored);
        AddAttributes(batch.Attributes);
        AddUnreadable(batch.Unreadable.FindAll(u => u.Id is not null && !u.WasDeleted));
        AddReturnedUnreadable(batch.Unreadable.FindAll(u => u.WasDeleted && u.KeepsBaseline));
        Add(EffectSql.Excluded, batch.Excluded, f => f.Id, _ => { });
        Add(EffectSql.Disappeared, batch.Disappeared, f => f.Id, w => Disappearances += w.Rows);
        CrossedMounts.AddTo(_batch, claim, batch.Mounts);
        FaultStatements.AddRanges(_batch, claim, batch.UnknownRanges);
        FaultStatements.AddSkipped(_batch, claim, batch.Skipped);
        if (batch.Errors.Count > 0)
        {
            _batch.BatchCommands.Add(FaultStatements.Errors(claim, batch.Errors));
            _counts.Add(w => Errors += w.Rows);
        }
    }

    private void AddAppeared(List<AppearedRow> files)
    {
        if (files.Count == 0)
        {
            return;
        }

        var command = new NpgsqlBatchCommand(EffectSql.Appeared).With(claim.Target.Id).With(claim.ScanId)
            .With(files.ConvertAll(f => f.Path.ToString()).ToArray());
        FileColumns.Of(files, f => f.Metadata, f => f.Extended).AddTo(command);
        Add(
            command
                .With(files.ConvertAll(f => (short?)f.Algorithm).ToArray())
                .With(files.ConvertAll(f => f.Algorithm is null ? null : f.Checksum.ToArray()).ToArray())
                .With(files.ConvertAll(f => f.Hung).ToArray())
                .With(claim.IsBaseline),
            w => Appearances += claim.IsBaseline ? 0 : w.Rows);
    }

    private void AddModified(List<ModifiedFile> files)
    {
        if (Start(EffectSql.Modified, files, f => f.Id) is { } command)
        {
            FileColumns.Of(files, f => f.New, f => f.Extended).AddTo(command);
            Add(
                command
                    .With(files.ConvertAll(f => (short)f.NewAlgorithm).ToArray())
                    .With(files.ConvertAll(f => f.NewChecksum.ToArray()).ToArray())
                    .With(files.ConvertAll(f => f.Old.SizeBytes).ToArray())
                    .With(files.ConvertAll(f => f.Old.MtimeNs).ToArray())
                    // An event names one algorithm: a checksum of another is not shown as if it were comparable.
                    .With(files.ConvertAll(f => f.OldAlgorithm == f.NewAlgorithm ? f.OldChecksum.ToArray() : null).ToArray())
                    .With(files.ConvertAll(ChangeDetails.Of).ToArray())
                    .With(claim.IsBaseline),
                w => Modified += w.Rows);
        }
    }

    private void AddRefreshed(List<RefreshedFile> files)
    {
        if (Start(EffectSql.Refreshed, files, f => f.Id) is { } command)
        {
            FileColumns.Of(files, f => f.Metadata, f => f.Extended).AddTo(command);
            Add(
                command
                    .With(files.ConvertAll(f => f.ContentWasRead ? (short?)f.Algorithm : null).ToArray())
                    .With(files.ConvertAll(f => f.ContentWasRead && f.Algorithm is not null ? f.Checksum.ToArray() : null).ToArray())
                    .With(files.ConvertAll(f => f.ContentWasRead).ToArray())
                    .With(files.ConvertAll(f => f.Old.SizeBytes).ToArray())
                    .With(files.ConvertAll(f => f.Old.MtimeNs).ToArray())
                    .With(files.ConvertAll(f => DetailsOf(f.Attributes)).ToArray())
                    .With(files.ConvertAll(f => f.IsTouchReported && f.Kind.HasFlag(RefreshKind.Touched)).ToArray())
                    .With(claim.IsBaseline),
                _ => { });
        }
    }

    private void AddDamaged(List<CorruptedFile> files, FileState state, ChangeType type, Action<Written> count)
    {
        if (Start(EffectSql.Damaged, files, f => f.Id) is { } command)
        {
            Add(
                command.With((short)state).With(type.Name())
                    .With(files.ConvertAll(f => (short)f.Algorithm).ToArray())
                    .With(files.ConvertAll(f => f.Expected.ToArray()).ToArray())
                    .With(files.ConvertAll(f => f.Actual.ToArray()).ToArray())
                    .With(files.ConvertAll(ChangeDetails.Of).ToArray()),
                count);
        }
    }

    private void AddRestored(List<RestoredFile> files)
    {
        if (Start(EffectSql.Restored, files, f => f.Id) is { } command)
        {
            FileColumns.Of(files, f => f.Metadata, f => f.Extended).AddTo(command);
            Add(
                command
                    .With(files.ConvertAll(f => (short)f.Algorithm).ToArray())
                    .With(files.ConvertAll(f => f.Checksum.ToArray()).ToArray())
                    .With(files.ConvertAll(f => f.Was.IsEmpty || f.OldAlgorithm != f.Algorithm ? null : f.Was.ToArray()).ToArray()),
                w => Restored += w.Rows);
        }
    }

    private void AddAttributes(List<AttributesFile> files)
    {
        if (Start(EffectSql.Attributes, files, f => f.Id) is { } command)
        {
            FileColumns.Of(files, f => f.New, f => f.Extended).AddTo(command);
            Add(
                command
                    .With(files.ConvertAll(f => f.Old.SizeBytes).ToArray())
                    .With(files.ConvertAll(f => f.Old.MtimeNs).ToArray())
                    .With(files.ConvertAll(f => DetailsOf(f.Changes)).ToArray())
                    .With(claim.IsBaseline),
                _ => { });
        }
    }

    private static string? DetailsOf(IReadOnlyList<AttributeChange>? changes) =>
        changes is null ? null : ChangeDetails.Of(changes);

    private void AddUnreadable(List<UnreadableFile> files)
    {
        if (Start(EffectSql.Unreadable, files, f => f.Id.GetValueOrDefault()) is { } command)
        {
            Add(command.With(files.ConvertAll(UnreadableCauses.Hung).ToArray()), _ => { });
        }
    }

    private void AddReturnedUnreadable(List<UnreadableFile> files)
    {
        if (Start(EffectSql.ReturnedUnreadable, files, f => f.Id.GetValueOrDefault()) is { } command)
        {
            Add(
                command.With(files.ConvertAll(UnreadableCauses.Hung).ToArray()).With(claim.IsBaseline),
                w => Appearances += claim.IsBaseline ? 0 : w.Rows);
        }
    }

    private void Add<T>(string sql, List<T> files, Converter<T, long> idOf, Action<Written> count)
    {
        if (Start(sql, files, idOf) is { } command)
        {
            Add(command, count);
        }
    }

    private NpgsqlBatchCommand? Start<T>(string sql, List<T> files, Converter<T, long> idOf) => files.Count == 0
        ? null
        : new NpgsqlBatchCommand(sql).With(claim.Target.Id).With(claim.ScanId).With(files.ConvertAll(idOf).ToArray());

    private void Add(NpgsqlBatchCommand command, Action<Written> count)
    {
        _batch.BatchCommands.Add(command);
        _counts.Add(count);
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        await _batch.PrepareAsync(cancellation);
        await using (var row = await _batch.ExecuteReaderAsync(cancellation))
        {
            foreach (var count in _counts)
            {
                await row.ReadAsync(cancellation);
                if (row.FieldCount == 1)
                {
                    _begunAt = ReadTime(row);
                }
                else
                {
                    var written = ReadWritten(row);
                    count(written);
                    Events += written.Events;
                    Files += written.Files;
                    Bytes += written.Bytes;
                }

                await row.NextResultAsync(cancellation);
            }
        }

        _batch.BatchCommands.Clear();
        _counts.Clear();
    }

    private static DateTime ReadTime(NpgsqlDataReader row) => row.GetDateTime(0);

    private static Written ReadWritten(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3));

    private readonly record struct Written(long Rows, long Events, long Files, long Bytes);
}
