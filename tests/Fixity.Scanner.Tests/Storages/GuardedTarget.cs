using System.Globalization;
using System.Text.Json;
using Fixity.Core;
using Fixity.ServiceDefaults.Secrets;
using Fixity.Storage;
using Fixity.Testing.Postgres;
using Fixity.Testing.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Fixity.Scanner.Tests.Storages;

/// <summary>A share that asks for a password, the target that watches it, and every login that was tried.</summary>
public sealed class GuardedTarget(TestDatabase database, FakeStorage storage)
{
    public const string Key = "a key for the tests of stored credentials";

    public int Id { get; private set; }

    public string Password { get; set; } = "right";

    /// <summary>Passwords, in the order in which they came.</summary>
    public List<string> Logins { get; } = [];

    public FakeStorage Storage => storage;

    public static async Task<GuardedTarget> CreateAsync(TestDatabase database)
    {
        var target = new GuardedTarget(database, new FakeStorage()) { Id = await database.AddTargetAsync("//nas/photos") };
        await database.ExecuteAsync($$"""
            update scheduler.targets
            set type = 'smb', connection = '{ "smb": { "server": "nas", "share": "photos" } }', sample_percent = 0
            where id = {{target.Id}}
            """);
        target.Storage.Put("a", "1");
        target.Storage.Put("b/c", "2");
        return target;
    }

    public Task<ScannerProcess> ScannerAsync(
        string? folder = null, string? key = Key, int probesAtOnce = 4) => ScannerProcess.StartAsync(
        database, configure: builder =>
        {
            builder.Configuration[SecretBox.KeySetting] = key;
            builder.Configuration["Scanner:CredentialFolders:0"] = folder ?? "/nowhere";
            builder.Configuration["Scanner:ProbesAtOnce"] = probesAtOnce.ToString(CultureInfo.InvariantCulture);
            builder.Services.AddSingleton(new StorageBackends().Add("smb", Open));
        });

    public Task ReferAsync(string reference) => database.ExecuteAsync($"""
        insert into scheduler.target_credentials (target_id, reference) values ({Id}, '{reference}')
        """);

    public async Task StoreAsync(string password, string? place = null)
    {
        using var box = new SecretBox(Key);
        await using var command = database.DataSource.CreateCommand("""
            insert into scheduler.target_credentials as c (target_id, sealed, who) values ($1, $2, 'anna')
            on conflict (target_id) do update set sealed = $2, version = c.version + 1
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Id });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Seal(box, password, place) });
        await command.ExecuteNonQueryAsync();
    }

    public byte[] Seal(SecretBox box, string password, string? place = null) => box.Seal(
        JsonSerializer.SerializeToUtf8Bytes(new StorageCredentials("anna", password), JsonSerializerOptions.Web),
        place ?? string.Create(CultureInfo.InvariantCulture, $"target:{Id}:credentials"));

    public Task<string?> StateAsync() => database.ScalarAsync<string>($"""
        select concat_ws(' ', state, state_reason, case when refused_credentials is not null then 'refused' end)
        from scanner.target_states where target_id = {Id}
        """);

    /// <returns>Status and reason of the scan.</returns>
    public async Task<string?> ScanAsync(string trigger)
    {
        var scan = await database.AddScanAsync(Id, trigger: trigger);
        await database.ExecuteAsync("notify fixity_scan_queued");
        while (!await database.ScalarAsync<bool>($"select ended_at is not null from scheduler.scans where id = {scan}"))
        {
            await Task.Delay(20);
        }

        return await database.ScalarAsync<string>(
            $"select concat_ws(' ', status, reason) from scheduler.scans where id = {scan}");
    }

    private LetIn Open(StorageSettings settings) => settings.Credentials is null
        ? throw new StorageException(StorageFault.Configuration, default, "no credentials")
        {
            Reason = StorageReasons.CredentialsMissing,
        }
        : new LetIn(this, settings.Credentials);

    private sealed class LetIn(GuardedTarget target, StorageCredentials credentials) : IStorageBackend
    {
        public StorageCapabilities Capabilities => target.Storage.Capabilities;

        public Task<StorageProbe> ProbeAsync(CancellationToken cancellation)
        {
            target.Logins.Add(credentials.Secret);
            return credentials.Secret == target.Password
                ? target.Storage.ProbeAsync(cancellation)
                : throw new StorageException(StorageFault.Configuration, default, "The server refused the login of anna.")
                {
                    Reason = StorageReasons.LoginRefused,
                };
        }

        public IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> ListAsync(
            PathRange range, CancellationToken cancellation, IEntryFilter? filter = null) =>
            target.Storage.ListAsync(range, cancellation, filter);

        public ValueTask<StorageEntry?> StatAsync(FilePath path, CancellationToken cancellation) =>
            target.Storage.StatAsync(path, cancellation);

        public ValueTask<ExtendedAttributes> ReadAttributesAsync(FilePath path, CancellationToken cancellation) =>
            target.Storage.ReadAttributesAsync(path, cancellation);

        public ValueTask<IStorageFile> OpenAsync(FilePath path, ReadSource source, CancellationToken cancellation) =>
            target.Storage.OpenAsync(path, source, cancellation);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
