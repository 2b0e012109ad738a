using Aspire.Hosting.Run;

namespace Aspire.Hosting.Tests.Run;

public sealed class LogFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aspire-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_that_grew_too_long_gives_way_to_a_new_one_and_stays_once()
    {
        var path = Path.Combine(_folder, "service.log");
        using (var log = new LogFile(path, TimeProvider.System, sizeLimitBytes: 100))
        {
            for (var line = 0; line < 20; line++)
            {
                log.Append($"line {line} and some more so that three of them are too long");
            }
        }

        var all = File.ReadAllLines(path + ".1").Concat(File.Exists(path) ? File.ReadAllLines(path) : []).ToList();
        Assert.Contains(all, line => line.Contains("line 19", StringComparison.Ordinal));
        Assert.InRange(all.Count, 1, 4);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z line \d+", all[0]);
    }
}
