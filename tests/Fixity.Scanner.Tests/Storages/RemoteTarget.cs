using System.Globalization;
using System.Text.Json;
using Fixity.Core;
using Fixity.Data.Columns;
using Fixity.ServiceDefaults.Secrets;
using Fixity.Storage.Retrying;
using Fixity.Testing.Postgres;
using Fixity.Testing.S3;
using Fixity.Testing.Smb;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Fixity.Scanner.Tests.Storages;

/// <summary>A target on a real server, with stored credentials, and what came of its scans.</summary>
internal sealed class RemoteTarget(TestDatabase database, int id)
{
    public static string Key => GuardedTarget.Key;

    public int Id => id;

    /// <param name="folder">Of the share <c>data</c>.</param>
    /// <param name="port">Where it is reached, if not at the server itself.</param>
    public static Task<RemoteTarget> OfShareAsync(
        TestDatabase database, SmbServer server, string folder = "", int? port = null, string share = "data",
        string? password = null) => AddAsync(
            database, "smb", $"//127.0.0.1/{share}/{folder}",
            new TargetConnection(Smb: new SmbConnection("127.0.0.1", share, folder, port ?? server.Port)),
            new StorageCredentials(SmbServer.User, password ?? server.Password));

    public static Task<RemoteTarget> OfBucketAsync(
        TestDatabase database, S3Server server, string prefix = "", string? secret = null) => AddAsync(
            database, "s3", $"s3://{server.Setup.Bucket}/{prefix}",
            new TargetConnection(S3: new S3Connection(
                server.Setup.Bucket, prefix, server.Setup.Region, server.Endpoint, PathStyle: true)),
            new StorageCredentials(server.Setup.AccessKey, secret ?? server.Setup.Secret));

    /// <summary>A scanner as in production, with less patience.</summary>
    public static Task<ScannerProcess> ScannerAsync(
        TestDatabase database, TimeSpan? patience = null, Action<IHostApplicationBuilder>? configure = null) =>
        ScannerProcess.StartAsync(database, configure: builder =>
        {
            builder.Configuration[SecretBox.KeySetting] = Key;
            builder.Services.AddSingleton(new RetryPolicy
            {
                Patience = patience ?? TimeSpan.FromSeconds(1),
                FirstPause = TimeSpan.FromMilliseconds(2),
                LongestPause = TimeSpan.FromMilliseconds(100),
            });
            configure?.Invoke(builder);
        });

    public async Task StoreAsync(StorageCredentials credentials, string key = GuardedTarget.Key)
    {
        using var box = new SecretBox(key);
        var sealedBox = box.Seal(
            JsonSerializer.SerializeToUtf8Bytes(credentials, JsonSerializerOptions.Web),
            string.Create(CultureInfo.InvariantCulture, $"target:{id}:credentials"));
        await using var command = database.DataSource.CreateCommand("""
            insert into scheduler.target_credentials as c (target_id, sealed, who) values ($1, $2, 'anna')
            on conflict (target_id) do update set sealed = $2, version = c.version + 1
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = sealedBox });
        await command.ExecuteNonQueryAsync();
    }

    /// <returns>Status and reason of the scan.</returns>
    public async Task<string> ScanAsync(string mode = "incremental", string trigger = "schedule")
    {
        LastScan = await database.AddScanAsync(id, mode, trigger);
        await database.ExecuteAsync("notify fixity_scan_queued");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (!await database.ScalarAsync<bool>($"select ended_at is not null from scheduler.scans where id = {LastScan}"))
        {
            await Task.Delay(20, patience.Token);
        }

        return await ScalarAsync($"select concat_ws(' ', status, reason) from scheduler.scans where id = {LastScan}");
    }

    public long LastScan { get; private set; }

    /// <summary>Of the last scan: counters by their columns.</summary>
    public Task<string> CountsAsync(params string[] columns) => ScalarAsync(
        $"select concat_ws(' ', {string.Join(", ", columns)}) from scheduler.scans where id = {LastScan}");

    /// <summary>Of the last scan.</summary>
    public Task<List<string>> EventsAsync() => database.ListAsync(
        "select type || ' ' || coalesce(previous_path || ' -> ', '') || path from scanner.change_events "
        + $"where scan_id = {LastScan} order by path, type");

    /// <summary>About the target and its scans as a whole, oldest first.</summary>
    public Task<List<string>> TargetEventsAsync() => database.ListAsync(
        $"select type from scanner.target_events where target_id = {id} order by id");

    /// <summary>Every row with its version: a write of any shows.</summary>
    public Task<List<string>> RowsAsync() => database.ListAsync(
        $"select path || ' ' || state || ' ' || xmin from scanner.files where target_id = {id} order by path");

    public Task<string> StateAsync() => ScalarAsync(
        $"select concat_ws(' ', state, state_reason) from scanner.target_states where target_id = {id}");

    private static async Task<RemoteTarget> AddAsync(
        TestDatabase database, string type, string root, TargetConnection connection, StorageCredentials credentials)
    {
        var target = new RemoteTarget(database, await database.AddTargetAsync(root));
        await database.ExecuteAsync($"""
            update scheduler.targets
            set type = '{type}', connection = '{TargetConnectionColumn.Write(connection)}', sample_percent = 0, batch_size = 20,
                large_change_percent = null
            where id = {target.Id}
            """);
        await target.StoreAsync(credentials);
        return target;
    }

    private async Task<string> ScalarAsync(string sql) => await database.ScalarAsync<string>(sql) ?? "";
}
