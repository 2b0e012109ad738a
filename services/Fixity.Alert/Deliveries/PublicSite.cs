using System.Globalization;
using Fixity.Alert.Deliveries.Messages;

namespace Fixity.Alert.Deliveries;

/// <summary>Where people reach this system, as messages say it: configuration <c>Fixity:PublicUrl</c>; without it no message has a link.</summary>
internal sealed class PublicSite
{
    public const string Setting = "Fixity:PublicUrl";

    private static readonly Uri Nameless = new("urn:fixity");

    private readonly Uri? _root;

    /// <exception cref="InvalidOperationException">It is set, and no absolute http or https address.</exception>
    public PublicSite(IConfiguration configuration)
    {
        var text = configuration[Setting];
        if (string.IsNullOrWhiteSpace(text))
        {
            return;
        }

        // The name as it is on the wire: links travel in headers, which hold ASCII alone.
        _root = Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var root)
            && (root.Scheme == Uri.UriSchemeHttp || root.Scheme == Uri.UriSchemeHttps)
            ? new UriBuilder(root) { Host = root.IdnHost }.Uri
            : throw new InvalidOperationException($"{Setting} must be an absolute http or https address, such as https://fixity.example.org.");
    }

    /// <summary>Who speaks: this address, or a name that stands for it.</summary>
    public Uri Source => _root ?? Nameless;

    /// <summary>Where a person sees what is told.</summary>
    /// <param name="only">The one event that is told; null: several.</param>
    public Uri? LinkTo(int? targetId, long? scanId, MessageEvent? only)
    {
        if (_root is null)
        {
            return null;
        }

        if (only is { Data.ValueKind: System.Text.Json.JsonValueKind.Object }
            && only.Data.TryGetProperty("fileId", out var file) && file.TryGetInt64(out var fileId))
        {
            return To("files", fileId);
        }

        return scanId is { } scan ? To("scans", scan) : targetId is { } target ? To("targets", target) : _root;
    }

    private Uri To(string page, long id) => new(_root!, string.Create(CultureInfo.InvariantCulture, $"{page}/{id}"));
}
