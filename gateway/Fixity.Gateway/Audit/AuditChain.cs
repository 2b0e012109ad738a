using System.Data;
using Npgsql;

namespace Fixity.Gateway.Audit;

/// <summary>Reads the chain from its beginning to its end and finds the first thing that is not as it was written.</summary>
internal sealed class AuditChain(NpgsqlDataSource database, ILogger<AuditChain> logger)
{
    /// <param name="kept">An entry's id and hash as somebody kept them elsewhere; null: nobody did.</param>
    public async Task<AuditVerification> VerifyAsync((long Id, byte[] Hash)? kept, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // Ends and entries as of one moment, however many are added meanwhile.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var ends = await ReadEndsAsync(connection, cancellation);
        await using var command = new NpgsqlCommand("""
            select id, at, actor, action, object, details::text, address, correlation_id, hash
            from gateway.audit_log order by id
            """, connection)
        {
            CommandTimeout = 0,
        };
        using var walk = new AuditWalk(ends, kept);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (walk.Fault is null && await row.ReadAsync(cancellation))
        {
            walk.Step(AuditQueries.ReadStored(row));
        }

        walk.End();
        if (walk.Fault is { } fault)
        {
            logger.FaultFound(fault.Kind, fault.Id, fault.Detail);
        }

        return new AuditVerification(
            walk.Fault is null, walk.Checked, walk.FirstId, ends.LastId, Convert.ToHexStringLower(ends.LastHash), walk.Fault);
    }

    private static async Task<ChainEnds> ReadEndsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select base_id, base_hash, last_id, last_hash, chained_from from gateway.audit_chain", connection);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadEnds(row) : throw new InvalidOperationException(
            "gateway.audit_chain has no row: somebody removed what says where the audit log begins and ends.");
    }

    private static ChainEnds ReadEnds(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetFieldValue<byte[]>(1), row.GetInt64(2), row.GetFieldValue<byte[]>(3), row.GetInt64(4));
}

/// <summary>Where the chain begins and ends, as it is kept beside the entries.</summary>
/// <param name="BaseId">The last entry that retention removed; 0: none.</param>
/// <param name="ChainedFrom">From this number on there are no gaps.</param>
internal sealed record ChainEnds(long BaseId, byte[] BaseHash, long LastId, byte[] LastHash, long ChainedFrom);
