using Fixity.Core;
using Fixity.Testing.Postgres;
using Fixity.Testing.S3;

namespace Fixity.Scanner.Tests.Storages;

/// <summary>Whole scans of a bucket on a strict server, on the way that production takes.</summary>
public sealed class BucketScanTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_bucket_lives_and_each_change_is_told_for_what_it_is()
    {
        await using var server = await S3Server.StartAsync();
        var target = await RemoteTarget.OfBucketAsync(database, server, "photos/");
        await using var scanner = await RemoteTarget.ScannerAsync(database);

        await new RemoteLife(target, new BucketFiles(server, "photos/")).RunAsync();
    }

    [Theory]
    [InlineData("server", "storage_unreachable", "offline")]
    [InlineData("bucket", "storage_bucket_missing", "offline")]
    [InlineData("policy", "storage_access_denied", "denied")]
    public async Task What_goes_in_the_middle_of_a_scan_proves_nothing_and_is_told_once_when_it_is_back(
        string what, string reason, string state)
    {
        await using var server = await S3Server.StartAsync();
        var target = await RemoteTarget.OfBucketAsync(database, server);
        await using var scanner = await RemoteTarget.ScannerAsync(database);
        var life = new RemoteLife(target, new BucketFiles(server, ""));
        await life.BeginAsync();
        var stopping = Task.CompletedTask;

        await life.IsAwayAsync(
            reason, state,
            leave: () =>
            {
                server.CountAnew();
                server.Upset = call =>
                {
                    if (call is { Operation: "GetObject", Number: RemoteLife.Files / 4 })
                    {
                        server.BucketIsGone = what == "bucket";
                        server.ListingIsDenied = what == "policy";
                        stopping = what == "server" ? Task.Run(server.StopAsync) : stopping;
                    }

                    return server.ListingIsDenied && call.Operation == "GetObject" ? new S3Upset(403, "AccessDenied") : null;
                };
                return Task.CompletedTask;
            },
            comeBack: async () =>
            {
                await stopping;
                (server.Upset, server.BucketIsGone, server.ListingIsDenied) = (null, false, false);
                if (what == "server")
                {
                    await server.StartAgainAsync();
                }
            });
    }

    [Fact]
    public async Task A_storm_of_slow_downs_is_waited_out_and_nothing_is_missed()
    {
        await using var server = await S3Server.StartAsync();
        var target = await RemoteTarget.OfBucketAsync(database, server);
        await using var scanner = await RemoteTarget.ScannerAsync(database, TimeSpan.FromSeconds(30));
        var (calls, refused) = (0, 0);
        var dice = new Random(20_26);
        server.Upset = _ =>
        {
            lock (dice)
            {
                calls++;
                var isRefused = dice.Next(2) == 0;
                refused += isRefused ? 1 : 0;
                return isRefused ? S3Upset.SlowDown : null;
            }
        };

        await new RemoteLife(target, new BucketFiles(server, "")).RunAsync();

        Assert.True(refused > RemoteLife.Files / 2, $"{refused} of {calls} calls were refused");
    }

    [Fact]
    public async Task A_storm_that_does_not_end_is_of_the_storage_and_of_no_file()
    {
        await using var server = await S3Server.StartAsync();
        var target = await RemoteTarget.OfBucketAsync(database, server);
        await using var scanner = await RemoteTarget.ScannerAsync(database);
        var life = new RemoteLife(target, new BucketFiles(server, ""));
        await life.BeginAsync();

        await life.IsAwayAsync(
            "storage_unreachable", "offline",
            leave: () => SetAsync(_ => S3Upset.SlowDown), comeBack: () => SetAsync(null));

        Task SetAsync(Func<S3Call, S3Upset?>? upset)
        {
            server.Upset = upset;
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task What_was_put_into_an_archive_stays_as_it_was_known_and_is_read_again_when_it_is_fetched_back()
    {
        await using var server = await S3Server.StartAsync();
        var target = await RemoteTarget.OfBucketAsync(database, server);
        await using var scanner = await RemoteTarget.ScannerAsync(database);
        var files = new BucketFiles(server, "");
        await new RemoteLife(target, files).BeginAsync();
        var before = await target.RowsAsync();
        files.Put(RemoteLife.NameOf(4), RemoteLife.ContentOf(4), day: 0, item => item with { StorageClass = "GLACIER" });

        Assert.Equal("completed", await target.ScanAsync());
        Assert.Equal("1 0 0", await target.CountsAsync("files_skipped", "files_deleted", "errors_count"));
        Assert.Equal(before, await target.RowsAsync());
        files.Put(
            RemoteLife.NameOf(4), RemoteLife.ContentOf(4), day: 0, item => item with
            {
                StorageClass = "GLACIER",
                RestoredUntil = TimeProvider.System.GetUtcNow().AddDays(1),
            });
        Assert.Equal("completed", await target.ScanAsync("full"));
        Assert.Equal($"0 {RemoteLife.Files}", await target.CountsAsync("files_skipped", "files_hashed"));
        Assert.Empty(await target.EventsAsync());
    }

    [Fact]
    public async Task A_wrong_key_is_tried_once_and_costs_the_other_target_of_the_bucket_nothing()
    {
        await using var server = await S3Server.StartAsync();
        var wrong = await RemoteTarget.OfBucketAsync(database, server, "one/", secret: "wrong");
        var right = await RemoteTarget.OfBucketAsync(database, server, "two/");
        await using var scanner = await RemoteTarget.ScannerAsync(database);
        server.Put("one/a", "a");
        server.Put("two/b", "b");

        for (var time = 0; time < 5; time++)
        {
            var (refused, done) = (wrong.ScanAsync(), right.ScanAsync());
            Assert.Equal("failed storage_login_refused", await refused);
            Assert.Equal("completed", await done);
        }

        Assert.Equal(1, server.Refused);
        Assert.Equal("denied storage_login_refused", await wrong.StateAsync());
        Assert.Equal("online", await right.StateAsync());
        await wrong.StoreAsync(new StorageCredentials(server.Setup.AccessKey, server.Setup.Secret));
        Assert.Equal("completed", await wrong.ScanAsync());
        Assert.Equal(
            ["scan.failed", "target.offline", "target.online", "scan.completed"], await wrong.TargetEventsAsync());
    }
}

/// <summary>Objects below a prefix, handled by their owner.</summary>
internal sealed class BucketFiles(S3Server server, string prefix) : IRemoteFiles
{
    private static readonly DateTimeOffset Day = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, StoredObject> _objects = new(StringComparer.Ordinal);

    public void Put(string path, byte[] content, int day) => Put(path, content, day, item => item);

    public void Put(string path, byte[] content, int day, Func<StoredObject, StoredObject> with)
    {
        _objects[path] = with(new StoredObject(content, Day.AddDays(day)));
        server.Put(prefix + path, _objects[path]);
    }

    public void Remove(string path) => server.Remove(prefix + path);

    // There is no moving in a bucket: a copy, and the original deleted.
    public void Move(string from, string to)
    {
        Put(to, _objects[from].Content, day: 1);
        Remove(from);
    }

    public void EditHidden(string path)
    {
        var sound = _objects[path];
        server.Put(prefix + path, sound with { Content = [(byte)~sound.Content[0], .. sound.Content[1..]], ETag = sound.ETag });
    }
}
