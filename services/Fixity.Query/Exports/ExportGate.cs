using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Query.Exports;

/// <summary>Lets so many exports read at once, and no more: the others' pages need connections too.</summary>
internal sealed class ExportGate(
    NpgsqlDataSource database, IOptions<ExportOptions> options, ExportMetrics metrics, TimeProvider clock,
    ILogger<Export> logger) : IDisposable
{
    private readonly SemaphoreSlim _places = new(options.Value.AtOnce);

    /// <summary>The places that are free.</summary>
    public int Free => _places.CurrentCount;

    public ExportOptions Options => options.Value;

    /// <returns>Null: as many read as may.</returns>
    public async Task<Export?> TryBeginAsync(HttpContext context, TimeSpan longest)
    {
        if (!await _places.WaitAsync(TimeSpan.Zero, context.RequestAborted))
        {
            return null;
        }

        var limit = new CancellationTokenSource(longest, clock);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, limit.Token);
        try
        {
            var snapshot = await ReadSnapshot.OpenAsync(database, longest, stop.Token);
            metrics.Began();
            return new Export(context, snapshot, limit, stop, Leave, metrics, logger);
        }
        catch
        {
            stop.Dispose();
            limit.Dispose();
            _places.Release();
            throw;
        }
    }

    public void Dispose() => _places.Dispose();

    private void Leave()
    {
        metrics.Ended();
        _places.Release();
    }
}
