using System.Diagnostics;
using System.Globalization;
using Fixity.Scanner.Tests.Storages;
using Fixity.ServiceDefaults.Secrets;
using Fixity.Testing.Postgres;
using Npgsql;

namespace Fixity.Scanner.Tests.Probes;

/// <summary>"Test connection", as the scheduler asks for it through the database.</summary>
public sealed class ProbeTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_folder_that_can_be_read_is_ok_and_shows_what_is_in_it()
    {
        using var tree = await WatchedTree.CreateAsync(database, 60);
        await using var scanner = await ScannerProcess.StartAsync(database);

        var answer = await AnswerAsync(await AskAsync("local", tree.Root));

        Assert.StartsWith("ok|The storage can be read.|fs:", answer, StringComparison.Ordinal);
        Assert.Equal("10 d000/f000000.bin", await database.ScalarAsync<string>("""
            select jsonb_array_length(details -> 'entries') || ' ' || (details -> 'entries' ->> 0)
            from scanner.probe_answers order by probe_id desc limit 1
            """));
    }

    [Theory]
    [InlineData("local", "/no/such/folder", "root_missing")]
    [InlineData("local", "relative", "root_missing")]
    [InlineData("local", "/etc/hostname", "root_missing")]
    [InlineData("nfs", "/usr", "not_mounted")]
    [InlineData("docker", "/x", "root_missing")]
    public async Task What_is_in_the_way_is_said_exactly(string type, string root, string verdict)
    {
        await using var scanner = await ScannerProcess.StartAsync(database);

        Assert.StartsWith(verdict + "|", await AnswerAsync(await AskAsync(type, root)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_scanner_of_several_answers()
    {
        var target = await GuardedTarget.CreateAsync(database);
        await target.StoreAsync("right");
        await using var one = await target.ScannerAsync();
        await using var other = await target.ScannerAsync();

        for (var time = 1; time <= 10; time++)
        {
            await AnswerAsync(await AskAsync("smb", "//nas/photos", target.Id));
            Assert.Equal(time, target.Logins.Count);
        }
    }

    [Fact]
    public async Task Settings_that_are_not_saved_are_probed_with_their_own_credentials()
    {
        var target = await GuardedTarget.CreateAsync(database);
        await target.StoreAsync("wrong");
        await using var scanner = await target.ScannerAsync();
        await target.ScanAsync("schedule");

        var probe = await AskAsync("smb", "//nas/photos", target.Id, (target, "right"));

        Assert.StartsWith("ok|", await AnswerAsync(probe), StringComparison.Ordinal);
        Assert.Equal(["wrong", "right"], target.Logins);
        // What is saved is as wrong as before.
        Assert.Equal("failed storage_login_refused", await target.ScanAsync("schedule"));
        Assert.Equal(["wrong", "right"], target.Logins);
        var copied = await AskAsync("smb", "//nas/photos", null, (target, "right"), "probe:0:credentials");
        Assert.StartsWith("credentials_missing|", await AnswerAsync(copied), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_probe_of_the_saved_login_tells_the_scans_what_came_of_it()
    {
        var target = await GuardedTarget.CreateAsync(database);
        await target.StoreAsync("later");
        await using var scanner = await target.ScannerAsync();
        await target.ScanAsync("schedule");

        Assert.StartsWith(
            "login_refused|The server refused the login of anna.",
            await AnswerAsync(await AskAsync("smb", "//nas/photos", target.Id)), StringComparison.Ordinal);
        target.Password = "later";
        Assert.Equal("failed storage_login_refused", await target.ScanAsync("schedule"));
        Assert.StartsWith("ok|", await AnswerAsync(await AskAsync("smb", "//nas/photos", target.Id)), StringComparison.Ordinal);
        Assert.Equal("completed", await target.ScanAsync("schedule"));
    }

    [Fact]
    public async Task A_storage_that_does_not_answer_is_unreachable_before_ten_seconds_are_over()
    {
        var target = await GuardedTarget.CreateAsync(database);
        await target.StoreAsync("right");
        target.Storage.Refusal = null;
        target.Storage.Listing = token => Task.Delay(Timeout.Infinite, token);
        await using var scanner = await target.ScannerAsync();
        var since = Stopwatch.GetTimestamp();

        var answer = await AnswerAsync(await AskAsync("smb", "//nas/photos", target.Id));

        Assert.StartsWith("unreachable|", answer, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_scanner_that_is_at_as_many_as_it_may_leaves_the_rest_and_is_soon_there_again()
    {
        var target = await GuardedTarget.CreateAsync(database);
        await target.StoreAsync("right");
        target.Storage.Listing = token => Task.Delay(Timeout.Infinite, token);
        await using var scanner = await target.ScannerAsync(probesAtOnce: 2);
        var hanging = new List<long>();
        for (var i = 0; i < 4; i++)
        {
            hanging.Add(await AskAsync("smb", "//nas/photos", target.Id));
        }

        Assert.StartsWith("unreachable|", await AnswerAsync(hanging[0]), StringComparison.Ordinal);
        Assert.StartsWith("unreachable|", await AnswerAsync(hanging[1]), StringComparison.Ordinal);
        target.Storage.Listing = null;

        Assert.StartsWith("ok|", await AnswerAsync(await AskAsync("smb", "//nas/photos", target.Id)), StringComparison.Ordinal);
        Assert.Equal(0, await database.ScalarAsync<long>(
            $"select count(*) from scanner.probe_answers where probe_id in ({hanging[2]}, {hanging[3]})"));
        Assert.Equal(3, target.Logins.Count);
    }

    [Fact]
    public async Task A_test_that_had_to_wait_for_the_scanner_and_got_too_little_time_is_no_verdict()
    {
        var target = await GuardedTarget.CreateAsync(database);
        await target.StoreAsync("right");
        target.Storage.Listing = token => Task.Delay(Timeout.Infinite, token);
        var waited = await AskAsync("smb", "//nas/photos", target.Id);
        await database.ExecuteAsync(
            $"update scheduler.probes set requested_at = now() - interval '4 seconds' where id = {waited}");
        await using var scanner = await target.ScannerAsync();
        var since = Stopwatch.GetTimestamp();

        Assert.StartsWith("busy|", await AnswerAsync(waited), StringComparison.Ordinal);

        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(6));
    }

    private async Task<long> AskAsync(
        string type, string root, int? target = null, (GuardedTarget Of, string Password)? given = null,
        string? place = null)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var insert = new NpgsqlCommand("""
            insert into scheduler.probes (target_id, type, root, connection)
            values ($1, $2, $3, coalesce((select connection from scheduler.targets where id = $1), '{}')) returning id
            """, connection);
        insert.Parameters.Add(new NpgsqlParameter<int?> { TypedValue = target });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = type });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = root });
        var id = (long)(await insert.ExecuteScalarAsync())!;
        if (given is { } credentials)
        {
            using var box = new SecretBox(GuardedTarget.Key);
            await using var update = new NpgsqlCommand("update scheduler.probes set sealed = $2 where id = $1", connection);
            update.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
            update.Parameters.Add(new NpgsqlParameter<byte[]>
            {
                TypedValue = credentials.Of.Seal(
                    box, credentials.Password,
                    place ?? string.Create(CultureInfo.InvariantCulture, $"probe:{id}:credentials")),
            });
            await update.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
        await database.ExecuteAsync($"notify fixity_probes, '{id}'");
        return id;
    }

    private async Task<string> AnswerAsync(long probe)
    {
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(30))
        {
            var answer = await database.ScalarAsync<string>($"""
                select concat_ws('|', verdict, message, identity) from scanner.probe_answers
                where probe_id = {probe} and answered_at is not null
                """);
            if (answer is not null)
            {
                return answer;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"Nobody answered probe {probe}.");
    }
}
