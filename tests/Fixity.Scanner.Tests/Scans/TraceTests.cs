using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Fixity.Scanner.Scans;
using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Scans;

public sealed class TraceTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_segment_belongs_to_the_trace_of_the_request_that_asked_for_the_scan()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        var ended = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ScanMetrics.Name,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var tree = await WatchedTree.CreateAsync(database, 1);
        var scan = await tree.QueueAsync();
        await database.ExecuteAsync(
            $"update scheduler.scans set traceparent = '00-{Trace}-b7ad6b7169203331-01' where id = {scan}");

        await using (var scanner = await ScannerProcess.StartAsync(database))
        {
            await tree.EndOfAsync(scan);
        }

        var span = Assert.Single(ended, activity => activity.TraceId.ToHexString() == Trace);
        Assert.Equal("b7ad6b7169203331", span.ParentSpanId.ToHexString());
        Assert.Equal(
            $"{scan} {tree.TargetId} completed",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{span.GetTagItem("fixity.scan.id")} {span.GetTagItem("fixity.target.id")} {span.GetTagItem("fixity.segment.outcome")}"));
    }
}
