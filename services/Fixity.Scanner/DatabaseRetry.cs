using System.Net.Sockets;
using Npgsql;

namespace Fixity.Scanner;

/// <summary>Waits out a database that is away: what failed for its sake alone is tried again, ever less often.</summary>
internal sealed class DatabaseRetry(TimeProvider clock)
{
    private const string IdleInTransactionTimeout = "25P03";

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    /// <param name="mayGoOn">Asked before each further attempt; when it says no the failure is thrown.</param>
    public async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> attempt, Func<bool> mayGoOn, CancellationToken cancellation)
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                return await attempt(cancellation);
            }
            catch (Exception failure) when (IsOutage(failure) && mayGoOn())
            {
                // Jitter: replicas that lost the database together must not come back together.
                await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), clock, cancellation);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    /// <summary>Whether the statement may succeed when it is tried again later.</summary>
    /// <remarks>Not all of them come wrapped: a name that does not resolve is a bare <see cref="SocketException"/>.</remarks>
    public static bool IsOutage(Exception failure) => failure switch
    {
        SocketException or TimeoutException => true,
        // Npgsql takes these for passing ones, but waiting makes no room and mends no disk.
        PostgresException { SqlState: PostgresErrorCodes.DiskFull or PostgresErrorCodes.IoError } => false,
        // By the limits that a batch sets itself: a lock or a slow disk held it up.
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled or IdleInTransactionTimeout } => true,
        NpgsqlException { IsTransient: true } => true,
        PostgresException refused => refused.SqlState is PostgresErrorCodes.AdminShutdown
                or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            || refused.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException => failure.InnerException is IOException or SocketException or TimeoutException,
        _ => false,
    };
}
