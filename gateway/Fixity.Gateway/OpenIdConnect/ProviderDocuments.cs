using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Fixity.Gateway.OpenIdConnect;

/// <summary>What the provider publishes about itself: its addresses and its keys, each read seldom.</summary>
internal sealed class ProviderDocuments(
    IHttpClientFactory clients, IOptions<OpenIdConnectOptions> options, TimeProvider clock,
    ILogger<ProviderDocuments> logger) : IDisposable
{
    /// <summary>Of the client with which the provider is talked to.</summary>
    public const string ClientName = "identity-provider";

    private const int MostKeys = 50;
    private const int LeastRsaBits = 2048;

    private static readonly TimeSpan Freshness = TimeSpan.FromHours(1);

    // Whoever sends tokens of made-up keys does not make the gateway ask the provider at every one of them.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(30);

    // Nor does whoever asks again and again while the provider is out of reach.
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _one = new(1);
    private Document<ProviderMetadata>? _metadata;
    private Document<IReadOnlyList<SecurityKey>>? _keys;
    private (ProviderSignInException What, DateTimeOffset At)? _failure;

    /// <exception cref="ProviderSignInException">There is none to be had.</exception>
    public async Task<ProviderMetadata> MetadataAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            return (_metadata = await FreshAsync(_metadata, Freshness, FetchMetadataAsync, cancellation)).Content;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The keys that may have signed; one that is not known yet is looked for at the provider.</summary>
    /// <param name="id">Null: the token does not say which.</param>
    /// <exception cref="ProviderSignInException">There are none to be had.</exception>
    public async Task<IReadOnlyList<SecurityKey>> KeysAsync(string? id, CancellationToken cancellation)
    {
        var address = (await MetadataAsync(cancellation)).KeysAddress!;
        await _one.WaitAsync(cancellation);
        try
        {
            _keys = await FreshAsync(_keys, Freshness, stop => FetchKeysAsync(address, stop), cancellation);
            if (Among(_keys.Content) is { Count: > 0 } known)
            {
                return known;
            }

            _keys = await FreshAsync(_keys, TimeSpan.Zero, stop => FetchKeysAsync(address, stop), cancellation);
            return Among(_keys.Content);
        }
        finally
        {
            _one.Release();
        }

        List<SecurityKey> Among(IReadOnlyList<SecurityKey> keys) =>
            [.. keys.Where(key => string.IsNullOrEmpty(id) || key.KeyId == id)];
    }

    public void Dispose() => _one.Dispose();

    // What is old still serves where the provider does not answer: its keys do not get bad with that.
    private async Task<Document<T>> FreshAsync<T>(
        Document<T>? held, TimeSpan freshness, Func<CancellationToken, Task<T>> fetch, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (held is not null && (now - held.ReadAt < freshness || now - held.TriedAt < BetweenLooks))
        {
            return held;
        }

        if (held is null && _failure is { } failed && now - failed.At < AfterFailure)
        {
            throw new ProviderSignInException(failed.What.Failure, failed.What.Message, failed.What);
        }

        try
        {
            return new Document<T>(await fetch(cancellation), now, now);
        }
        catch (ProviderSignInException e) when (held is not null)
        {
            logger.DocumentOld(e);
            return held with { TriedAt = now };
        }
        catch (ProviderSignInException e)
        {
            _failure = (e, now);
            throw;
        }
    }

    private async Task<ProviderMetadata> FetchMetadataAsync(CancellationToken cancellation)
    {
        var authority = options.Value.Authority!;
        var metadata = await GetAsync(
            authority.TrimEnd('/') + "/.well-known/openid-configuration",
            json => json.Deserialize<ProviderMetadata>() ?? throw new JsonException("The document is null."), cancellation);
        return metadata.Complaint(authority) is { } complaint
            ? throw new ProviderSignInException(
                SignInFailure.InvalidAnswer, $"The discovery document of {authority} cannot be believed: {complaint}.")
            : metadata;
    }

    private Task<IReadOnlyList<SecurityKey>> FetchKeysAsync(string address, CancellationToken cancellation) =>
        GetAsync<IReadOnlyList<SecurityKey>>(
            address,
            // Public keys alone, and none that could be computed: a shared secret in a public document is nobody's.
            json =>
            [
                .. new JsonWebKeySet(json.GetRawText()).GetSigningKeys()
                    .Where(key => key is ECDsaSecurityKey or RsaSecurityKey { KeySize: >= LeastRsaBits }).Take(MostKeys),
            ],
            cancellation);

    private async Task<T> GetAsync<T>(string address, Func<JsonElement, T> read, CancellationToken cancellation)
    {
        using var client = clients.CreateClient(ClientName);
        try
        {
            var text = await client.GetStringAsync(new Uri(address), cancellation);
            using var json = JsonDocument.Parse(text);
            return read(json.RootElement);
        }
        catch (Exception e) when (IsOfTheProvider(e, cancellation))
        {
            throw new ProviderSignInException(SignInFailure.Unreachable, $"{address}: {e.Message}", e);
        }
    }

    /// <summary>Whether it is the provider that failed, and not we or the person who waits.</summary>
    internal static bool IsOfTheProvider(Exception e, CancellationToken cancellation) =>
        e is HttpRequestException or IOException or JsonException or ArgumentException or InvalidOperationException
        || (e is OperationCanceledException && !cancellation.IsCancellationRequested);

    private sealed record Document<T>(T Content, DateTimeOffset ReadAt, DateTimeOffset TriedAt);
}
