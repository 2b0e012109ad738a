using Yarp.ReverseProxy.Model;

namespace Fixity.Gateway.Edge;

/// <summary>What a request takes beside an answer, where that is more than usual.</summary>
internal enum RequestCost
{
    Usual,

    /// <summary>Makes others work: scans, probes, messages.</summary>
    Trigger,

    /// <summary>May read everything there is.</summary>
    Export,

    /// <summary>Stays for as long as the client does.</summary>
    Stream,
}

/// <summary>Says what requests to an endpoint of the gateway itself cost.</summary>
internal sealed record CostMetadata(RequestCost Cost)
{
    /// <summary>Key in the proxied routes' configuration.</summary>
    public const string Key = "cost";

    public static RequestCost Of(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<CostMetadata>() is { } own ? own.Cost
        : endpoint?.Metadata.GetMetadata<RouteModel>()?.Config.Metadata?.GetValueOrDefault(Key) is { } word
            ? Enum.Parse<RequestCost>(word)
            : RequestCost.Usual;
}
