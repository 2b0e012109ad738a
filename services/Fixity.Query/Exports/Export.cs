using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Fixity.Query.Exports;

/// <summary>One answer that is read from the database while it is sent, no faster than the client takes it.</summary>
/// <remarks>
/// What is wrong before the first byte is a problem as everywhere. After it there is no status left to say so: the
/// connection is cut, in a way that a client cannot take for the end.
/// </remarks>
internal sealed class Export(
    HttpContext context, ReadSnapshot snapshot, CancellationTokenSource limit, CancellationTokenSource stop, Action leave,
    ExportMetrics metrics, ILogger<Export> logger) : IAsyncDisposable
{
    // Some tens of kilobytes: often enough for the client, seldom enough for the socket.
    private const int RowsAFlush = 64;

    public ReadSnapshot Snapshot => snapshot;

    /// <summary>The client left, or it takes too long.</summary>
    public CancellationToken Stop => stop.Token;

    /// <summary>Whether it is the limit that ended it, and not the client.</summary>
    public bool TookTooLong => limit.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested;

    /// <summary>Sends the headers at once, and then whatever <paramref name="write"/> writes.</summary>
    /// <param name="fileName">For the browser to save it as.</param>
    public async Task<IResult> SendAsync(
        string contentType, string fileName, Func<PipeWriter, CancellationToken, Task> write)
    {
        var response = context.Response;
        response.ContentType = contentType;
        response.Headers.CacheControl = "no-store";
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(fileName);
        response.Headers.ContentDisposition = disposition.ToString();
        // For proxies that buffer unless told otherwise.
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await response.StartAsync(Stop);
            await write(response.BodyWriter, Stop);
            await FlushAsync(response.BodyWriter, Stop);
            await response.CompleteAsync();
        }
#pragma warning disable CA1031 // Whatever it was: the client must not take what it has for all there is.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            context.Abort();
            Report(failure);
        }

        return Results.Empty;
    }

    /// <summary>Writes rows as they are read. The first bytes leave before the first row is there.</summary>
    public async Task WriteRowsAsync<T>(
        PipeWriter output, RowWriter<T> writer, IAsyncEnumerable<T> rows, CancellationToken cancellation)
    {
        writer.Begin();
        await FlushAsync(output, cancellation);
        var written = 0L;
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            writer.Write(row);
            if (++written % RowsAFlush == 0)
            {
                await FlushAsync(output, cancellation);
                metrics.Sent(RowsAFlush);
            }
        }

        writer.End();
        metrics.Sent(written % RowsAFlush);
    }

    /// <summary>Waits until the client has taken enough.</summary>
    public static async ValueTask FlushAsync(PipeWriter output, CancellationToken cancellation)
    {
        var flushed = await output.FlushAsync(cancellation);
        if (flushed.IsCompleted)
        {
            throw new OperationCanceledException("The client takes no more.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await snapshot.DisposeAsync();
        leave();
        stop.Dispose();
        limit.Dispose();
    }

    private void Report(Exception failure)
    {
        var path = context.Request.Path.Value ?? "";
        if (TookTooLong)
        {
            metrics.BrokeOff("limit");
            logger.ExportTooLong(path);
        }
        else if (failure is OperationCanceledException || context.RequestAborted.IsCancellationRequested)
        {
            metrics.BrokeOff("client");
            logger.ClientLeft(path);
        }
        else
        {
            metrics.BrokeOff("error");
            logger.ExportFailed(failure, path);
        }
    }
}
