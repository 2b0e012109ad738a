using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Fixity.Alert.Deliveries;
using Fixity.Alert.GoneTargets;
using Fixity.Alert.Mutes;
using Fixity.Alert.Severities;
using Fixity.Alert.Webhooks;
using Fixity.Data;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Secrets;
using Fixity.Testing.Postgres;
using Fixity.Testing.Services;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Fixity.Alert.Tests;

/// <summary>A test with a database of its own: the workers match whatever they find, so tests cannot share one.</summary>
public abstract class AlertTest : IAsyncLifetime
{
    protected const string Secret = "a secret of sixteen and more";

    private readonly List<IAsyncDisposable> _disposables = [];
    private long _file = 8;

    protected TestDatabase Database { get; } = new();

    protected int TargetId { get; private set; }

    public async Task InitializeAsync()
    {
        await Database.InitializeAsync();
        TargetId = await Database.AddTargetAsync("/archive", "archive");
    }

    public async Task DisposeAsync()
    {
        foreach (var disposable in Enumerable.Reverse(_disposables))
        {
            await disposable.DisposeAsync();
        }

        await Database.DisposeAsync();
    }

    protected T Owned<T>(T disposable)
        where T : IAsyncDisposable
    {
        _disposables.Add(disposable);
        return disposable;
    }

    /// <summary>The whole service with its workers running. Polls fast, because tests have no patience.</summary>
    protected ServiceApplication<Program> Service(
        bool allowPrivate = true, Action<IServiceCollection>? services = null, string logLevel = "Warning",
        params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            [SecretBox.KeySetting] = ServiceApplication<Program>.EncryptionKey,
            ["Alert:AllowPrivateNetworks"] = allowPrivate ? "true" : "false",
            ["Alert:PollInterval"] = "00:00:00.100",
            ["Logging:LogLevel:Default"] = logLevel,
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        var service = Owned(new ServiceApplication<Program>(Database.ConnectionString, all, services));
        _ = service.Server;
        return service;
    }

    /// <summary>The service's parts without its workers: nothing happens that the test does not do.</summary>
    protected ServiceProvider Parts()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                [SecretBox.KeySetting] = ServiceApplication<Program>.EncryptionKey,
                ["Alert:AllowPrivateNetworks"] = "true",
            }).Build());
        services.AddLogging();
        services.AddMetrics();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(Database.DataSourceAs(DatabaseRole.Alert));
        services.AddAlertOptions();
        services.AddWebhooks();
        services.AddMutes();
        services.AddSeverities();
        services.AddDeliveries();
        services.AddGoneTargets();
        return Owned(services.BuildServiceProvider());
    }

    protected static async Task<int> AddWebhookAsync(ServiceApplication<Program> service, string url, object? settings = null)
    {
        var body = JsonSerializer.SerializeToNode(settings ?? new { })!.AsObject();
        body["name"] ??= "receiver";
        body["url"] = url;
        body["secret"] ??= Secret;
        body["mode"] ??= "each";
        using var admin = service.CreateClientAs(Roles.Admin);
        using var response = await admin.PostAsJsonAsync("/api/v1/webhooks", body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonElement.Parse(text).GetProperty("id").GetInt32();
    }

    protected static async Task<JsonElement> TestAsync(HttpClient admin, int webhook)
    {
        using var response = await admin.PostAsync($"/api/v1/webhooks/{webhook}/test", null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>A change as the scanner commits it, notification included.</summary>
    protected async Task<long> AddChangeAsync(string type, string path = "a/b.txt", string? details = null)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        var id = await InsertChangeAsync(connection, type, path, details);
        await using var notify = new NpgsqlCommand("notify fixity_events", connection);
        await notify.ExecuteNonQueryAsync();
        return id;
    }

    /// <param name="file">Absent: one that no other event of this test is about.</param>
    protected async Task<long> InsertChangeAsync(
        NpgsqlConnection connection, string type, string path = "a/b.txt", string? details = null, long? file = null)
    {
        await using var command = new NpgsqlCommand("""
            insert into scanner.change_events (target_id, file_id, path, type, old_size, new_size, old_mtime_ns,
                new_mtime_ns, algorithm, old_checksum, new_checksum, details)
            values ($1, $5, $2, $3, 5, 6, 1767225600123456789, 1767225600123456789, 1, '\x00ff', '\x01fe', $4::jsonb)
            returning id
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = TargetId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = path });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = type });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = details });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = file ?? Interlocked.Increment(ref _file) });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    protected Task AddTargetEventAsync(string type, string details = "{}") => Database.ExecuteAsync(
        $"insert into scanner.target_events (target_id, type, details) values ({TargetId}, '{type}', '{details}'); "
        + "notify fixity_events");

    /// <summary>Deliveries as the matcher would have made them, their payload <c>"target-number"</c>.</summary>
    /// <param name="target">Null: about no target, in no order.</param>
    protected Task AddDeliveriesAsync(int webhook, int? target, int count, int from = 0) => Database.ExecuteAsync($"""
        insert into alert.webhook_deliveries (id, webhook_id, event_key, event_type, payload, target_id)
        select gen_random_uuid(), {webhook}, 'made:{target}:' || n, 'file.modified', '"{target}-' || n || '"',
            {target?.ToString() ?? "null::integer"}
        from generate_series({from}, {from + count - 1}) n order by n
        """);

    protected Task<long> CountAsync(string condition) =>
        Database.ScalarAsync<long>($"select count(*) from alert.webhook_deliveries where {condition}");

    /// <summary>Makes waiting retries due, instead of waiting for them.</summary>
    protected Task FastForwardAsync() => Database.ExecuteAsync(
        "update alert.webhook_deliveries set next_attempt_at = now() where status = 'pending' and lease_until is null");

    /// <summary>Waits for what workers do in their own time; the bound only ends a test that has failed already.</summary>
    protected static async Task EventuallyAsync(Func<Task<bool>> condition, string what, int seconds = 30)
    {
        var end = DateTime.UtcNow.AddSeconds(seconds);
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < end, $"It did not happen: {what}");
            await Task.Delay(20);
        }
    }

    protected Task EventuallyCountAsync(long expected, string condition, int seconds = 30) => EventuallyAsync(
        async () => await CountAsync(condition) == expected, $"{expected} deliveries where {condition}", seconds);
}
