using Fixity.Bench;
using Fixity.Bench.Measured;
using Fixity.Bench.Running;
using Fixity.Bench.Trees;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

try
{
    var verb = args.Length > 0 ? args[0] : "";
    ReadOnlyMemory<string> rest = args.Length > 0 ? args.AsMemory(1) : default;
    return verb switch
    {
        "make-tree" => TreeMaker.Run(new Arguments(rest.Span)),
        "churn" => Churn.Run(new Arguments(rest.Span)),
        "evict" => PageCache.Run(new Arguments(rest.Span)),
        "hash" => await HashVerb.RunAsync(new Arguments(rest.Span), stop.Token),
        "hash-memory" => MemoryVerb.Run(new Arguments(rest.Span)),
        "smb-read" => await ShareVerbs.ReadAsync(new Arguments(rest.Span), stop.Token),
        "smb-list" => await ShareVerbs.ListAsync(new Arguments(rest.Span), stop.Token),
        "walk" => await WalkVerb.RunAsync(new Arguments(rest.Span), stop.Token),
        "scan" => await ScanVerb.RunAsync(new Arguments(rest.Span), stop.Token),
        "ingest" => await IngestVerb.RunAsync(new Arguments(rest.Span), stop.Token),
        "baseline" => await BaselineVerb.RunAsync(new Arguments(rest.Span), stop.Token),
        "run" => await BenchRun.RunAsync(new Arguments(rest.Span, "quick"), stop.Token),
        _ => Usage(),
    };
}
catch (ArgumentException mistake)
{
    await Console.Error.WriteLineAsync(mistake.Message);
    return 2;
}

static int Usage()
{
    Console.Error.WriteLine("""
        make-tree FOLDER --shape mixed|small|flat|even|big --files N --bytes N --seed N
        churn FOLDER --every N --seed N                 rewrites every Nth file
        evict FOLDER                                    takes the content of its files out of the page cache
        hash FOLDER --threads N --repeat N              the engine without a database
        hash-memory --bytes N                           checksums of buffers of one size
        walk FOLDER
        smb-read LIST --share S --port N --login FILE [--protection unsigned|signed|encrypted] [--at-once N]
        smb-list --share S --port N --login FILE [--protection P]
        scan FOLDER --database CONNECTION [--mode full] [--scan ID]
        ingest --database CONNECTION --rows N
        baseline --database CONNECTION --target ID
        run [--quick] [--only JOB] [--folder F] [--out FILE]
        """);
    return 2;
}
