using Microsoft.AspNetCore.Http;

namespace Fixity.ServiceDefaults.Identity;

/// <summary>What a service has the gateway add to its audit entry of a request: the gateway does not read bodies.</summary>
public static class AuditNote
{
    /// <summary>Header that carries it. The gateway keeps it to itself.</summary>
    public const string Header = "X-Fixity-Audit";

    /// <param name="note">ASCII, and never a secret.</param>
    public static void AddAuditNote(this HttpResponse response, string note) => response.Headers.Append(Header, note);
}
