using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.Dashboard.Wire;
using Aspire.Hosting.Run;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>Answers the dashboard: which resources there are, what they print, and carries out its commands.</summary>
internal sealed class ResourceService(
    string applicationName,
    string apiKey,
    ResourceStore resources,
    LogStore logs,
    IResourceCommandExecutor commands,
    ILogger logger)
{
    private const string Route = "/aspire.v1.DashboardService/";
    private const string ApiKeyHeader = "x-resource-service-api-key";

    private readonly byte[] _apiKeyHash = SHA256.HashData(Encoding.UTF8.GetBytes(apiKey));

    /// <summary>Handles one call from its first byte to its trailers.</summary>
    /// <param name="stopping">Ends the streams that would otherwise stand for as long as the dashboard does.</param>
    public async Task HandleAsync(HttpContext context, CancellationToken stopping)
    {
        if (!HttpMethods.IsPost(context.Request.Method)
            || context.Request.ContentType?.StartsWith(GrpcFrames.ContentType, StringComparison.Ordinal) != true)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        context.Response.ContentType = GrpcFrames.ContentType;
        using var call = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var (status, message) = await RunAsync(context, call.Token, stopping);
        if (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        // Headers go out first even where there is no message: some clients do not take a status as a header.
        await context.Response.StartAsync(CancellationToken.None);
        context.Response.AppendTrailer("grpc-status", ((int)status).ToString(CultureInfo.InvariantCulture));
        if (message is not null)
        {
            context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(message));
        }
    }

    private async Task<(GrpcStatus Status, string? Message)> RunAsync(
        HttpContext context, CancellationToken cancellation, CancellationToken stopping)
    {
        try
        {
            Authenticate(context.Request);
            await DispatchAsync(context, cancellation);
            return (GrpcStatus.Ok, null);
        }
        catch (GrpcException failure)
        {
            return (failure.Status, failure.Message);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return stopping.IsCancellationRequested
                ? (GrpcStatus.Unavailable, "The AppHost is stopping.")
                : (GrpcStatus.Unknown, null);
        }
        catch (IOException) when (context.RequestAborted.IsCancellationRequested)
        {
            return (GrpcStatus.Unknown, null);
        }
#pragma warning disable CA1031 // The boundary of the call: the dashboard gets a status, the log gets the exception.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            logger.CallFailed(context.Request.Path, failure);
            return (GrpcStatus.Internal, failure.Message);
        }
    }

    private void Authenticate(HttpRequest request)
    {
        var given = SHA256.HashData(Encoding.UTF8.GetBytes(request.Headers[ApiKeyHeader].ToString()));
        if (!CryptographicOperations.FixedTimeEquals(given, _apiKeyHash))
        {
            throw new GrpcException(GrpcStatus.Unauthenticated, $"The header {ApiKeyHeader} is missing or wrong.");
        }
    }

    private Task DispatchAsync(HttpContext context, CancellationToken cancellation)
    {
        var path = context.Request.Path.Value ?? "";
        return (path.StartsWith(Route, StringComparison.Ordinal) ? path[Route.Length..] : path) switch
        {
            "GetApplicationInformation" => GetApplicationInformationAsync(context, cancellation),
            "WatchResources" => WatchResourcesAsync(context, cancellation),
            "WatchResourceConsoleLogs" => WatchConsoleLogsAsync(context, cancellation),
            "ExecuteResourceCommand" => ExecuteCommandAsync(context, cancellation),
            "WatchInteractions" => WatchInteractionsAsync(context, cancellation),
            _ => throw new GrpcException(GrpcStatus.Unimplemented, $"{path} is not answered here."),
        };
    }

    private async Task GetApplicationInformationAsync(HttpContext context, CancellationToken cancellation)
    {
        await RequestAsync(context, ApplicationInformationRequest.Parser, cancellation);

        // No least version: any dashboard will do.
        var answer = new ApplicationInformationResponse { ApplicationName = applicationName };
        await GrpcFrames.WriteAsync(context.Response, answer, cancellation);
    }

    private async Task WatchResourcesAsync(HttpContext context, CancellationToken cancellation)
    {
        await RequestAsync(context, WatchResourcesRequest.Parser, cancellation);
        await foreach (var batch in resources.WatchAsync(cancellation))
        {
            await GrpcFrames.WriteAsync(context.Response, ResourceMessages.ToUpdate(batch), cancellation);
        }
    }

    private async Task WatchConsoleLogsAsync(HttpContext context, CancellationToken cancellation)
    {
        var request = await RequestAsync(context, WatchResourceConsoleLogsRequest.Parser, cancellation);
        await GrpcFrames.WriteHeadersAsync(context.Response, cancellation);
        await foreach (var batch in logs.ReadAsync(request.ResourceName, !request.SuppressFollow, cancellation))
        {
            var update = new WatchResourceConsoleLogsUpdate();
            update.LogLines.AddRange(batch.Select(ToLogLine));
            await GrpcFrames.WriteAsync(context.Response, update, cancellation);
        }
    }

    private async Task ExecuteCommandAsync(HttpContext context, CancellationToken cancellation)
    {
        var request = await RequestAsync(context, ResourceCommandRequest.Parser, cancellation);
        logger.CommandAsked(request.CommandName, request.ResourceName);
        var answer = new ResourceCommandResponse();
        if (resources.Find(request.ResourceName) is null)
        {
            answer.Kind = ResourceCommandResponseKind.InvalidArguments;
            answer.Message = $"There is no resource '{request.ResourceName}'.";
        }
        else
        {
            var (ok, message) =
                await commands.ExecuteAsync(request.ResourceName, request.CommandName, cancellation);
            answer.Kind = ok ? ResourceCommandResponseKind.Succeeded : ResourceCommandResponseKind.Failed;
            answer.Message = message ?? "";
        }

        await GrpcFrames.WriteAsync(context.Response, answer, cancellation);
    }

    /// <summary>We never ask anything; the dashboard shows "Loading…" for ever unless the stream stands.</summary>
    private static async Task WatchInteractionsAsync(HttpContext context, CancellationToken cancellation)
    {
        await GrpcFrames.WriteHeadersAsync(context.Response, cancellation);
        var reader = context.Request.BodyReader;
        while (await GrpcFrames.ReadAsync(reader, WatchInteractionsRequest.Parser, cancellation) is not null)
        {
            // An answer to a question that was not asked.
        }
    }

    private static async Task<T> RequestAsync<T>(
        HttpContext context, MessageParser<T> parser, CancellationToken cancellation)
        where T : class, IMessage<T> =>
        await GrpcFrames.ReadAsync(context.Request.BodyReader, parser, cancellation)
        ?? throw new GrpcException(GrpcStatus.InvalidArgument, "The request carries no message.");

    private static ConsoleLogLine ToLogLine(LogLine line) => new()
    {
        // The dashboard takes a leading RFC 3339 time out of the text and shows it beside the line.
        Text = $"{line.At.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ} {line.Text}",
        IsStdErr = line.IsStdErr,
        LineNumber = (int)line.Number,
    };
}
