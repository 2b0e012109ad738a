using Npgsql;

namespace Fixity.Scheduler.Schedules;

/// <summary>Held until the end of the transaction by the one replica that brings triggers or blackouts up to date.</summary>
internal static class ScheduleLock
{
    // "sched" in ASCII: any number will do that nobody else takes.
    private const long Key = 0x7363686564;

    public static async Task TakeAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var wait = new NpgsqlCommand("select pg_advisory_xact_lock($1)", connection);
        wait.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Key });
        await wait.ExecuteNonQueryAsync(cancellation);
    }
}
