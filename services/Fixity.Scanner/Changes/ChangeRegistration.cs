namespace Fixity.Scanner.Changes;

internal static class ChangeRegistration
{
    public static void AddChanges(this IServiceCollection services)
    {
        // Here and not only in the shared defaults: the rules are generated for the assembly that makes this call.
        services.AddValidation();
        services.AddSingleton<ChangeStore>();
    }
}
