extern alias scheduler;

using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Fixity.Core;
using Fixity.ServiceDefaults.Secrets;
using Fixity.Testing.Postgres;
using Fixity.Testing.Smb;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Scheduling = Fixity.Testing.Services.ServiceApplication<scheduler::Program>;

namespace Fixity.Scanner.Tests.Storages;

/// <summary>Credentials on their whole way: given to a scheduler, kept in the database, used by scanners on a real share.</summary>
public sealed class StoredCredentialsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Old = "the key of the encryption until today";
    private const string New = "the key of the encryption from today on";
    private const string Password = "kept-Secret-7";
    private const string WrongPassword = "wrong-Secret-8";

    // MD4 of the UTF-16: with it one logs in as with the password itself.
    private const string NtHash = "acb8bbff6b1aa62a3f9a8dc400ef0aab";
    private const string WrongNtHash = "97b3df7cb7aff93f1600aa7a55e67d6e";

    [SmbFact]
    public async Task Another_key_is_taken_by_one_service_after_the_other_and_every_login_meanwhile_is_let_in()
    {
        await using var server = await SmbServer.StartAsync(password: Password);
        new ShareFiles(server.Data).Put("a", "a"u8.ToArray(), day: 0);
        (string[] Scheduler, string[] One, string[] Other)[] rounds =
        [
            ([Old], [Old], [Old]),
            ([Old, New], [Old], [Old]),
            ([Old, New], [Old, New], [Old]),
            ([Old, New], [Old, New], [Old, New]),
            ([New, Old], [Old, New], [Old, New]),
            ([New, Old], [New, Old], [Old, New]),
            ([New, Old], [New, Old], [New, Old]),
            ([New], [New, Old], [New, Old]),
            ([New], [New], [New]),
        ];
        var (service, one, other) = (Scheduler(rounds[0].Scheduler), await ScannerAsync(Old), await ScannerAsync(Old));
        try
        {
            var target = await CreateAsync(service, server);
            var before = await BoxAsync(target);
            for (var i = 0; i < rounds.Length; i++)
            {
                var last = rounds[Math.Max(i - 1, 0)];
                if (!rounds[i].Scheduler.SequenceEqual(last.Scheduler))
                {
                    await service.DisposeAsync();
                    service = Scheduler(rounds[i].Scheduler);
                }

                one = await AgainAsync(one, last.One, rounds[i].One);
                other = await AgainAsync(other, last.Other, rounds[i].Other);
                if (rounds[i].Scheduler[0] == New)
                {
                    await UntilAsync(async () => !(await BoxAsync(target)).SequenceEqual(before));
                }

                Assert.Equal("ok", await ProbeAsync(service, target));
                Assert.Equal("completed", await target.ScanAsync());
                Assert.Equal("online", await target.StateAsync());
            }

            using var today = new SecretBox(New);
            Assert.Contains(
                Password,
                Encoding.UTF8.GetString(today.Open(await BoxAsync(target), $"target:{target.Id}:credentials")),
                StringComparison.Ordinal);
            Assert.All(await target.TargetEventsAsync(), type => Assert.Equal("scan.completed", type));
        }
        finally
        {
            await one.DisposeAsync();
            await other.DisposeAsync();
            await service.DisposeAsync();
        }
    }

    [SmbFact]
    public async Task Nothing_of_a_secret_is_in_any_line_of_any_log()
    {
        using var logs = new CapturedLogs();
        await using var server = await SmbServer.StartAsync(password: Password);
        new ShareFiles(server.Data).Put("a", "a"u8.ToArray(), day: 0);
        await using var service = Scheduler([Old], logs);
        await using var scanner = await ScannerAsync([Old], logs);

        var target = await CreateAsync(service, server);
        Assert.Equal("completed", await target.ScanAsync());
        Assert.Equal("ok", await ProbeAsync(service, target));
        Assert.Equal("login_refused", await ProbeAsync(service, null, Request(server, WrongPassword)));
        await target.StoreAsync(new StorageCredentials(SmbServer.User, WrongPassword), Old);
        Assert.Equal("failed storage_login_refused", await target.ScanAsync(trigger: "manual"));
        Assert.Equal("login_refused", await ProbeAsync(service, target));
        await target.StoreAsync(new StorageCredentials(SmbServer.User, WrongPassword), New);
        Assert.Equal("failed storage_credentials_missing", await target.ScanAsync(trigger: "manual"));

        var lines = logs.Lines;
        Assert.Contains(lines, line => line.Contains("The server refused", StringComparison.OrdinalIgnoreCase)
            || line.Contains("storage_login_refused", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("Debug", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("/api/v1/targets", StringComparison.Ordinal));
        foreach (var secret in (string[])[Password, WrongPassword])
        {
            var utf16 = Encoding.Unicode.GetBytes(secret);
            foreach (var form in (string[])
                [
                    secret, NtHash, WrongNtHash, Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)),
                    Convert.ToBase64String(utf16), Convert.ToHexString(utf16), Convert.ToHexString(Encoding.UTF8.GetBytes(secret)),
                    Convert.ToBase64String(Convert.FromHexString(NtHash)), Old,
                ])
            {
                Assert.DoesNotContain(lines, line => line.Contains(form, StringComparison.OrdinalIgnoreCase));
            }
        }
    }

    private Scheduling Scheduler(string[] keys, ILoggerProvider? logs = null)
    {
        var settings = SettingsOf(keys);
        settings["Logging:LogLevel:Default"] = logs is null ? "Warning" : "Trace";
        var service = new Scheduling(
            database.ConnectionString, settings,
            services => _ = logs is null ? services : services.AddSingleton(logs));
        _ = service.Server;
        return service;
    }

    private Task<ScannerProcess> ScannerAsync(params string[] keys) => ScannerAsync(keys, null);

    private Task<ScannerProcess> ScannerAsync(string[] keys, ILoggerProvider? logs) => RemoteTarget.ScannerAsync(
        database, configure: builder =>
        {
            foreach (var (key, value) in SettingsOf(keys))
            {
                builder.Configuration[key] = value;
            }

            if (logs is not null)
            {
                builder.Services.AddLogging(logging => logging.AddProvider(logs).SetMinimumLevel(LogLevel.Trace));
            }
        });

    private static Dictionary<string, string?> SettingsOf(string[] keys) => new(StringComparer.Ordinal)
    {
        [SecretBox.KeySetting] = keys[0],
        [SecretBox.FurtherKeysSetting + ":0"] = keys.ElementAtOrDefault(1),
    };

    private async Task<ScannerProcess> AgainAsync(ScannerProcess scanner, string[] before, string[] keys)
    {
        if (before.SequenceEqual(keys))
        {
            return scanner;
        }

        await scanner.DisposeAsync();
        return await ScannerAsync(keys);
    }

    private async Task<RemoteTarget> CreateAsync(Scheduling service, SmbServer server)
    {
        using var admin = service.CreateClientAs("admin");
        var request = Request(server, Password);
        request["name"] = $"share {Guid.NewGuid():N}";
        using var response = await admin.PostAsJsonAsync("/api/v1/targets", request);
        var said = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, said);
        var target = new RemoteTarget(database, (int)JsonNode.Parse(said)!["id"]!);

        // A new target is scanned at once.
        await UntilAsync(() => database.ScalarAsync<bool>($"""
            select not exists (select from scheduler.scans where target_id = {target.Id} and ended_at is null)
            """));
        return target;
    }

    private static async Task<string> ProbeAsync(Scheduling service, RemoteTarget? target, JsonObject? settings = null)
    {
        using var admin = service.CreateClientAs("admin");
        using var response = await admin.PostAsJsonAsync(
            target is null ? "/api/v1/targets/probe" : $"/api/v1/targets/{target.Id}/probe", settings);
        var said = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, said);
        return (string)JsonNode.Parse(said)!["verdict"]!;
    }

    private static JsonObject Request(SmbServer server, string password) => new()
    {
        ["type"] = "smb",
        ["connection"] = new JsonObject
        {
            ["smb"] = new JsonObject { ["server"] = "127.0.0.1", ["share"] = "data", ["port"] = server.Port },
        },
        ["credentials"] = new JsonObject { ["user"] = SmbServer.User, ["secret"] = password },
    };

    private async Task<byte[]> BoxAsync(RemoteTarget target) => (await database.ScalarAsync<byte[]>(
        $"select sealed from scheduler.target_credentials where target_id = {target.Id}"))!;

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await isSo())
        {
            await Task.Delay(25, patience.Token);
        }
    }
}
