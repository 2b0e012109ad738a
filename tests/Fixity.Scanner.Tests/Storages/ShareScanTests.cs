using Fixity.Bitrot;
using Fixity.Core;
using Fixity.Testing.Postgres;
using Fixity.Testing.Smb;

namespace Fixity.Scanner.Tests.Storages;

/// <summary>Whole scans of a share of a real server, on the way that production takes.</summary>
public sealed class ShareScanTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [SmbFact]
    public async Task A_share_lives_and_each_change_is_told_for_what_it_is()
    {
        await using var server = await SmbServer.StartAsync();
        var target = await RemoteTarget.OfShareAsync(database, server);
        await using var scanner = await RemoteTarget.ScannerAsync(database);

        await new RemoteLife(target, new ShareFiles(server.Data)).RunAsync();
    }

    [SmbFact]
    public async Task A_server_that_is_killed_in_the_middle_of_a_scan_proves_nothing_and_is_told_once_when_it_is_back()
    {
        await using var server = await SmbServer.StartAsync();
        await using var line = new TcpProxy(server.Port);
        var target = await RemoteTarget.OfShareAsync(database, server, port: line.Port);
        await using var scanner = await RemoteTarget.ScannerAsync(database);
        var life = new RemoteLife(target, new ShareFiles(server.Data));
        await life.BeginAsync();
        var crash = Task.CompletedTask;

        await life.IsAwayAsync(
            "storage_unreachable", "offline",
            leave: () =>
            {
                // Once a quarter of the files went over the line.
                var left = RemoteLife.Files * 1024L;
                line.ToClient = (data, _) =>
                {
                    if (left > 0 && (left -= data.Length) <= 0)
                    {
                        crash = Task.Run(server.CrashAsync);
                    }
                };
                return Task.CompletedTask;
            },
            comeBack: async () =>
            {
                await crash;
                line.ToClient = null;
                await server.StartAgainAsync();
            });
    }

    [SmbTheory]
    [InlineData("share", "storage_share_missing")]
    [InlineData("folder", "root_missing")]
    [InlineData("rights", "storage_access_denied")]
    public async Task A_share_that_was_taken_away_is_that_and_no_deletion(string what, string reason)
    {
        await using var server = await SmbServer.StartAsync();
        var target = await RemoteTarget.OfShareAsync(database, server, folder: "below");
        await using var scanner = await RemoteTarget.ScannerAsync(database);
        var root = Path.Join(server.Data, "below");
        var life = new RemoteLife(target, new ShareFiles(root));
        await life.BeginAsync();
        var shut = what == "share" ? server.Data : root;

        await life.IsAwayAsync(
            reason, what == "rights" ? "denied" : "offline",
            leave: () =>
            {
                if (what == "rights")
                {
                    SmbServer.TakeRights(shut);
                }
                else
                {
                    Directory.Move(shut, server.Folder + "/away");
                }

                return Task.CompletedTask;
            },
            comeBack: () =>
            {
                if (what == "rights")
                {
                    SmbServer.GiveRights(shut);
                }
                else
                {
                    Directory.Move(server.Folder + "/away", shut);
                }

                return Task.CompletedTask;
            });
    }

    [SmbFact]
    public async Task A_wrong_password_is_tried_once_by_however_many_scans_and_costs_the_other_target_of_the_server_nothing()
    {
        await using var server = await SmbServer.StartAsync(["log level = 1 auth_audit:3"]);
        var wrong = await RemoteTarget.OfShareAsync(database, server, "one", password: "wrong");
        var right = await RemoteTarget.OfShareAsync(database, server, "two");
        await using var scanner = await RemoteTarget.ScannerAsync(database);
        new ShareFiles(Path.Join(server.Data, "one")).Put("a", "a"u8.ToArray(), day: 0);
        new ShareFiles(Path.Join(server.Data, "two")).Put("b", "b"u8.ToArray(), day: 0);

        for (var time = 0; time < 5; time++)
        {
            var (refused, done) = (wrong.ScanAsync(), right.ScanAsync());
            Assert.Equal("failed storage_login_refused", await refused);
            Assert.Equal("completed", await done);
        }

        Assert.Equal(1, LoginsRefusedBy(server));
        Assert.Equal("denied storage_login_refused", await wrong.StateAsync());
        Assert.Equal("online", await right.StateAsync());
        Assert.Equal(["scan.failed", "target.offline"], await wrong.TargetEventsAsync());

        await wrong.StoreAsync(new StorageCredentials(SmbServer.User, server.Password));
        Assert.Equal("completed", await wrong.ScanAsync());
        Assert.Equal(
            ["scan.failed", "target.offline", "target.online", "scan.completed"], await wrong.TargetEventsAsync());
        Assert.Equal(1, LoginsRefusedBy(server));
    }

    private static int LoginsRefusedBy(SmbServer server) => Directory
        .GetFiles(Path.Join(server.Folder, "log")).Append(Path.Join(server.Folder, "out"))
        .Sum(log => File.ReadLines(log).Count(line => line.Contains("NT_STATUS_WRONG_PASSWORD]", StringComparison.Ordinal)));
}

/// <summary>Files of a share, handled on the server's own disk.</summary>
internal sealed class ShareFiles(string root) : IRemoteFiles
{
    private static readonly DateTime Day = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    public void Put(string path, byte[] content, int day)
    {
        File.WriteAllBytes(Full(path), content);
        File.SetLastWriteTimeUtc(Full(path), Day.AddDays(day));
    }

    public void Remove(string path) => File.Delete(Full(path));

    public void Move(string from, string to) => File.Move(Full(from), Full(to));

    public void EditHidden(string path) => new Damage(new Random(7), restoreTimes: true).Flip(Full(path));

    private string Full(string path)
    {
        var full = Path.Join(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        return full;
    }
}
