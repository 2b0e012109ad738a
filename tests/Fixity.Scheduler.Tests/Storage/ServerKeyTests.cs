using Fixity.Core;
using Fixity.Scheduler.Storage;
using Fixity.Scheduler.Targets;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Scheduler.Tests.Storage;

public sealed class ServerKeyTests(SchedulerFixture scheduler) : IClassFixture<SchedulerFixture>
{
    public static TheoryData<TargetType, TargetConnection, string?> Connections => new()
    {
        { TargetType.Local, TargetConnection.None, null },
        { TargetType.Nfs, TargetConnection.None, null },
        { TargetType.Nfs, new TargetConnection(new NfsConnection("NAS:/export/a")), "nfs://nas" },
        { TargetType.Nfs, new TargetConnection(new NfsConnection("[2001:DB8::7]:/export")), "nfs://[2001:db8::7]" },
        { TargetType.Smb, new TargetConnection(Smb: new SmbConnection("Nas.Example.org", "photos")), "smb://nas.example.org:445" },
        { TargetType.Smb, new TargetConnection(Smb: new SmbConnection("nas", "a", "b", Port: 4450)), "smb://nas:4450" },
        { TargetType.S3, new TargetConnection(S3: new S3Connection("Bucket", "a/")), "https://s3.us-east-1.amazonaws.com/Bucket" },
        {
            TargetType.S3, new TargetConnection(S3: new S3Connection("b", Endpoint: new Uri("http://Store:9000/"))),
            "http://store:9000/b"
        },
    };

    [Theory]
    [MemberData(nameof(Connections))]
    public void Targets_on_one_server_have_one_key(TargetType type, TargetConnection connection, string? key) =>
        Assert.Equal(key, ServerKey.Of(type, connection));

    [Fact]
    public async Task It_is_noted_when_a_target_is_saved_and_made_up_for_where_it_was_not()
    {
        await scheduler.CreateShareAsync();
        Assert.StartsWith("smb://", await KeyAsync(), StringComparison.Ordinal);
        var saved = await KeyAsync();

        await scheduler.Database.ExecuteAsync("update scheduler.targets set server_key = null");
        await scheduler.Service.Services.GetRequiredService<ServerKeyStore>().CompleteAsync(default);

        Assert.Equal(saved, await KeyAsync());
    }

    private Task<string?> KeyAsync() => scheduler.Database.ScalarAsync<string>(
        "select server_key from scheduler.targets where type = 'smb'");
}
