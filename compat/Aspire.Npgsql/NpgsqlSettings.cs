namespace Aspire.Npgsql;

/// <summary>How a service reaches its PostgreSQL database, and which signals of it are collected.</summary>
/// <remarks>Bound from <c>Aspire:Npgsql</c>, then <c>Aspire:Npgsql:{name}</c>, then <c>ConnectionStrings:{name}</c>.</remarks>
public sealed class NpgsqlSettings
{
    public string? ConnectionString { get; set; }

    public bool DisableHealthChecks { get; set; }

    public bool DisableTracing { get; set; }

    public bool DisableMetrics { get; set; }
}
