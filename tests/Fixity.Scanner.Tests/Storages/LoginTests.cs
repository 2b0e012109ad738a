using Fixity.Storage;
using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Storages;

/// <summary>How often a password is tried: accounts get locked by a scanner that does not take no for an answer.</summary>
public sealed class LoginTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_refused_login_is_tried_once_however_many_scans_come()
    {
        var target = await GuardedTarget.CreateAsync(database);
        await target.StoreAsync("wrong");
        await using var scanner = await target.ScannerAsync();

        Assert.Equal("failed storage_login_refused", await target.ScanAsync("schedule"));
        Assert.Equal("denied storage_login_refused refused", await target.StateAsync());
        for (var time = 0; time < 10; time++)
        {
            Assert.Equal(
                "failed storage_login_refused", await target.ScanAsync(time % 2 == 0 ? "schedule" : "catch-up"));
        }

        Assert.Equal(["wrong"], target.Logins);
        Assert.Equal(["scan.failed", "target.offline"], await EventsAsync(target));
    }

    [Fact]
    public async Task A_person_who_asks_for_a_scan_may_try_again_and_what_works_is_used_from_then_on()
    {
        var target = await GuardedTarget.CreateAsync(database);
        await target.StoreAsync("later");
        await using var scanner = await target.ScannerAsync();
        await target.ScanAsync("schedule");
        target.Password = "later"; // The account was unlocked on the server.

        Assert.Equal("failed storage_login_refused", await target.ScanAsync("schedule"));
        Assert.Equal("completed", await target.ScanAsync("manual"));
        Assert.Equal("online", await target.StateAsync());
        Assert.Equal("completed", await target.ScanAsync("schedule"));

        Assert.Equal(["scan.failed", "target.offline", "target.online", "scan.completed", "scan.completed"], await EventsAsync(target));
    }

    [Fact]
    public async Task Other_credentials_or_another_connection_are_another_login()
    {
        var target = await GuardedTarget.CreateAsync(database);
        await target.StoreAsync("wrong");
        await using var scanner = await target.ScannerAsync();
        await target.ScanAsync("schedule");

        await target.StoreAsync("wrong too");
        Assert.Equal("failed storage_login_refused", await target.ScanAsync("schedule"));
        Assert.Equal("failed storage_login_refused", await target.ScanAsync("schedule"));
        await database.ExecuteAsync($$"""
            update scheduler.targets set connection = '{ "smb": { "server": "other", "share": "photos" } }' where id = {{target.Id}}
            """);
        Assert.Equal("failed storage_login_refused", await target.ScanAsync("schedule"));
        await target.StoreAsync("right");
        Assert.Equal("completed", await target.ScanAsync("schedule"));

        Assert.Equal(["wrong", "wrong too", "wrong too", "right"], Attempts(target));
    }

    [Fact]
    public async Task A_file_of_credentials_that_is_replaced_is_another_login()
    {
        var folder = Directory.CreateTempSubdirectory("fixity-secrets-");
        try
        {
            var target = await GuardedTarget.CreateAsync(database);
            var file = Path.Join(folder.FullName, "nas");
            await File.WriteAllTextAsync(file, "user=anna\npassword=wrong");
            await target.ReferAsync($"file:{file}");
            await using var scanner = await target.ScannerAsync(folder.FullName);
            await target.ScanAsync("schedule");
            Assert.Equal("failed storage_login_refused", await target.ScanAsync("schedule"));

            await File.WriteAllTextAsync(file, "user=anna\npassword=right");

            Assert.Equal("completed", await target.ScanAsync("schedule"));
            File.Delete(file);
            Assert.Equal("failed storage_credentials_missing", await target.ScanAsync("schedule"));
            Assert.Equal("denied storage_credentials_missing", await target.StateAsync());
            Assert.Equal(["wrong", "right"], Attempts(target));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_password_that_was_changed_while_the_scan_ran_ends_it_and_deletes_nothing()
    {
        var target = await GuardedTarget.CreateAsync(database);
        await target.StoreAsync("right");
        await using var scanner = await target.ScannerAsync();
        Assert.Equal("completed", await target.ScanAsync("schedule"));
        target.Storage.Remove("a");
        target.Storage.Put("c", "new", mtimeNs: 5);
        target.Storage.Opening = (_, _) => throw new StorageException(StorageFault.Configuration, default, "no")
        {
            Reason = StorageReasons.LoginRefused,
        };

        Assert.StartsWith("partial storage_login_refused", await target.ScanAsync("schedule"), StringComparison.Ordinal);

        Assert.Equal("denied storage_login_refused refused", await target.StateAsync());
        Assert.Equal(["a 1", "b/c 1"], await database.ListAsync(
            $"select path || ' ' || state from scanner.files where target_id = {target.Id} order by path"));
    }

    [Theory]
    [InlineData("target:0:credentials", GuardedTarget.Key)]
    [InlineData(null, "another key, of which nothing was sealed")]
    [InlineData(null, null)]
    public async Task Credentials_that_cannot_be_unsealed_are_missing_and_are_told_nowhere(string? place, string? key)
    {
        var target = await GuardedTarget.CreateAsync(database);
        await target.StoreAsync("hush-hush", place);
        await using var scanner = await target.ScannerAsync(key: key);

        Assert.Equal("failed storage_credentials_missing", await target.ScanAsync("manual"));

        Assert.Empty(target.Logins);
        Assert.DoesNotContain("hush-hush", await database.ScalarAsync<string>(
            $"select string_agg(message, ' ') from scheduler.scans where target_id = {target.Id}"), StringComparison.Ordinal);
    }

    // Each scan looks at the root several times with one login.
    private static List<string> Attempts(GuardedTarget target)
    {
        var attempts = new List<string>();
        foreach (var login in target.Logins)
        {
            if (attempts.Count == 0 || attempts[^1] != login || login != target.Password)
            {
                attempts.Add(login);
            }
        }

        return attempts;
    }

    private Task<List<string>> EventsAsync(GuardedTarget target) => database.ListAsync(
        $"select type from scanner.target_events where target_id = {target.Id} order by id");
}
