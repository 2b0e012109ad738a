using Npgsql;

namespace Fixity.Alert.GoneTargets;

/// <summary>Forgets what was said of targets that are deleted: what stands, how much it matters, what is kept quiet.</summary>
internal sealed class GoneTargetStore(NpgsqlDataSource database)
{
    // An hour later: by then its last events are matched. What is gathered of it is told, and so goes by itself.
    private const string ForgetSql = """
        with gone as (
            select id from scheduler.targets where deleted_at < now() - interval '1 hour'
        ), standing as (
            delete from alert.standing where target_id in (select id from gone) returning 1
        ), severities as (
            delete from alert.severities where target_id in (select id from gone) returning 1
        ), mutes as (
            delete from alert.mutes where target_id in (select id from gone) returning 1
        )
        select (select count(*) from standing) + (select count(*) from severities) + (select count(*) from mutes)
        """;

    /// <returns>How many rows went.</returns>
    public async Task<long> ForgetAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(ForgetSql);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
