using Npgsql;

namespace Aspire.Hosting.Run.Postgres;

/// <summary>Asks a server that was just started until it answers.</summary>
internal sealed class PostgresProbe(int port, string userName, string password)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(60);

    private readonly string _connectionString = new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Username = userName,
        Password = password,
        Database = "postgres",
        Pooling = false,
        Timeout = 5,
    }.ConnectionString;

    /// <exception cref="PostgresHostException">It ended, or said nothing for too long.</exception>
    public async Task<PostgresAnswer> WaitAsync(Task<int> exited, CancellationToken cancellation)
    {
        var heard = TimeProvider.System.GetTimestamp();
        while (!exited.IsCompleted)
        {
            switch (await AskAsync(cancellation))
            {
                case PostgresAnswer.Ready:
                    return PostgresAnswer.Ready;
                case PostgresAnswer.WrongPassword:
                    return PostgresAnswer.WrongPassword;
                case PostgresAnswer.Recovering:
                    // After a crash it replays its log first, for as long as that takes.
                    heard = TimeProvider.System.GetTimestamp();
                    break;
                case PostgresAnswer.Silent when TimeProvider.System.GetElapsedTime(heard) > SilenceLimit:
                    throw new PostgresHostException(
                        $"PostgreSQL did not answer on port {port} within {SilenceLimit.TotalSeconds:0} s.");
            }

            await Task.WhenAny(exited, Task.Delay(Poll, cancellation));
        }

        throw new PostgresHostException(
            $"PostgreSQL ended with code {await exited} instead of starting; its log says why.");
    }

    private async Task<PostgresAnswer> AskAsync(CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(_connectionString);
            await connection.OpenAsync(cancellation);
            return PostgresAnswer.Ready;
        }
        catch (PostgresException answer) when (answer.SqlState
            is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification)
        {
            return PostgresAnswer.WrongPassword;
        }
        catch (PostgresException answer) when (answer.SqlState == PostgresErrorCodes.CannotConnectNow)
        {
            return PostgresAnswer.Recovering;
        }
        catch (NpgsqlException failure) when (failure is not PostgresException)
        {
            return PostgresAnswer.Silent;
        }
    }
}

internal enum PostgresAnswer
{
    Silent,
    Recovering,
    WrongPassword,
    Ready,
}
