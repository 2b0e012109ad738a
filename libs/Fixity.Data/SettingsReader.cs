using System.Text.Json;
using Fixity.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Fixity.Data;

/// <summary>Holds the settings as they are now: read at start, at each change and every minute.</summary>
/// <remarks>While the database cannot be asked, the last ones hold; before the first answer, the defaults.</remarks>
public sealed class SettingsReader(NpgsqlDataSource database, TimeProvider clock, ILogger<SettingsReader> logger)
    : BackgroundService
{
    // A notification can be lost with its connection; then a change is seen so much later.
    private static readonly TimeSpan AtLeastEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);

    // One reader at a time, or an older answer could replace a newer one.
    private readonly SemaphoreSlim _reading = new(1);

    private volatile SettingValues _current = SettingValues.Default;

    public SettingValues Current => _current;

    /// <summary>Reads them now: for whoever has just written one and answers by them.</summary>
    public async Task<SettingValues> RefreshAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await ReadAsync(connection, cancellation);
    }

    /// <summary>The services that start after this one find the settings read.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartPatience);
        try
        {
            await RefreshAsync(limit.Token);
        }
        catch (Exception e) when (IsOfTheDatabase(e)
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            logger.SettingsUnread(e, TimeSpan.Zero);
        }

        await base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _reading.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var retry = FirstRetry;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(() => retry = FirstRetry, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (IsOfTheDatabase(e))
            {
                logger.SettingsUnread(e, retry);
                await Task.Delay(retry, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                retry = retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
            }
        }
    }

    private async Task ListenAsync(Action succeeded, CancellationToken stop)
    {
        await using var connection = await database.OpenConnectionAsync(stop);
        var changed = false;
        connection.Notification += (_, _) => changed = true;
        await using (var listen = new NpgsqlCommand("listen fixity_settings", connection))
        {
            await listen.ExecuteNonQueryAsync(stop);
        }

        while (true)
        {
            // One that comes with the answer is not waited for below, and the answer may be older than it.
            do
            {
                changed = false;
                await ReadAsync(connection, stop);
                succeeded();
            }
            while (changed);
            await connection.WaitAsync(AtLeastEvery, stop);
        }
    }

    private async Task<SettingValues> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation);
        try
        {
            await using var command = new NpgsqlCommand("select key, value::text from scheduler.settings", connection);
            await using var row = await command.ExecuteReaderAsync(cancellation);
            var rows = new List<KeyValuePair<string, JsonElement>>();
            while (await row.ReadAsync(cancellation))
            {
                rows.Add(ReadRow(row));
            }

            return _current = SettingValues.From(
                rows, (setting, refusal) => logger.SettingRefused(setting.Key, refusal));
        }
        finally
        {
            _reading.Release();
        }
    }

    private static bool IsOfTheDatabase(Exception e) => e is NpgsqlException or TimeoutException or IOException;

    private static KeyValuePair<string, JsonElement> ReadRow(NpgsqlDataReader row) =>
        new(row.GetString(0), JsonElement.Parse(row.GetString(1)));
}

/// <summary>Log messages of the settings. Event ids 1010–1019.</summary>
internal static partial class SettingsLog
{
    [LoggerMessage(1010, LogLevel.Warning, "The settings could not be read; the last ones hold, next try in {Delay}")]
    public static partial void SettingsUnread(this ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(1011, LogLevel.Error, "The setting {Key} is not usable and its default holds: {Reason}")]
    public static partial void SettingRefused(this ILogger logger, string key, string reason);
}
