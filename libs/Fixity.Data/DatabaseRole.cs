namespace Fixity.Data;

/// <summary>The database roles of the services, made by migration 0001. Each has just the grants its service needs.</summary>
public static class DatabaseRole
{
    public const string Scheduler = "fixity_scheduler";
    public const string Scanner = "fixity_scanner";
    public const string Alert = "fixity_alert";
    public const string Query = "fixity_query";
    public const string Gateway = "fixity_gateway";
}
